import { afterEach, describe, expect, it } from 'vitest';
import type { Task } from '../../../src/lib/api/types.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { definition, fakeHost, hostOf, idOf, kit, type Kit } from './kit.js';

const network = { driver: 'macvlan', parent: 'eth0', subnet: '10.0.0.0/24', range: '10.0.0.16/29' };
const all = ['16', '17', '18', '19', '20', '21', '22', '23'].map((last) => `10.0.0.${last}`);

let made: Kit;
afterEach(() => made.engine.close());

describe('a cluster whose hosts have one network in common', () => {
  it('shows it, and gives each task an address of it, none twice over all hosts', async () => {
    await start();
    const { clusters } = await made.engine.call('DescribeClusters', {});
    expect(clusters?.[0]?.attachments).toEqual([
      {
        type: 'network',
        status: 'ATTACHED',
        details: Object.entries(network).map(([name, value]) => ({ name, value })),
      },
    ]);
    const { tasks = [] } = await run(8);
    expect(tasks.map(addressOf).sort()).toEqual(all);
    expect(new Set(tasks.map((task) => task.containerInstanceArn)).size).toBe(2);
    expect([...hostOf(made, 'web1').networks.values()]).toMatchObject([
      { driver: 'macvlan', device: 'eth0' },
    ]);
    const { failures } = await run(1);
    expect(failures).toMatchObject([
      { reason: 'RESOURCE:ENI', detail: 'no address of 10.0.0.16/29 is free' },
    ]);
  });

  it('gives an address away again when its task has stopped', async () => {
    await start();
    const { tasks = [] } = await run(8);
    await made.engine.call('StopTask', { task: idOf(tasks[3]?.taskArn) });
    const again = await run(1);
    expect(again.tasks?.map(addressOf)).toEqual([addressOf(tasks[3] ?? {})]);
  });

  it('keeps an address until what holds it has ended, too', async () => {
    await start();
    const { tasks = [] } = await run(8);
    const task = idOf(tasks[0]?.taskArn);
    for (const name of ['web1', 'web2']) {
      const host = hostOf(made, name);
      for (const { id, options } of host.containers.values()) {
        if (options.Labels?.['longshore.task-id'] !== task || options.Labels['longshore.container'] !== 'app')
          continue;
        host.exit(id, 0);
      }
    }
    await made.engine.call('DescribeTasks', { tasks: [task], refresh: true });
    expect(await addresses()).toHaveLength(8);
    await made.engine.call('Reconcile', {});
    expect(await addresses()).toHaveLength(7);
  });

  it('gives back what never came to run', async () => {
    await start();
    for (const name of ['web1', 'web2'])
      hostOf(made, name).failNext('startContainer', 'no such program', 400);
    await run(2);
    expect(await addresses()).toEqual([]);
  });

  it('takes another address where a container of the host has the chosen one', async () => {
    await start(['web1']);
    const other = kit({ hosts: made.hosts });
    await other.engine.call('CreateCluster', { network });
    await other.engine.call('RegisterContainerInstance', { host: 'web1', cluster: 'default' });
    await other.engine.call('RegisterTaskDefinition', awsvpc());
    const first = await run(4);
    // The other state has not looked since.
    const second = await other.engine.call('RunTask', { taskDefinition: 'web', count: 4 });
    const used = [...(first.tasks ?? []), ...(second.tasks ?? [])].map(addressOf);
    expect(second.failures).toEqual([]);
    expect(new Set(used).size).toBe(8);
    await other.engine.close();
  });

  it('knows the addresses of tasks that another state started, once it looked', async () => {
    await start(['web1']);
    await run(7);
    const other = kit({ hosts: made.hosts });
    await other.engine.call('CreateCluster', { network });
    await other.engine.call('RegisterContainerInstance', { host: 'web1', cluster: 'default' });
    await other.engine.call('RegisterTaskDefinition', awsvpc());
    const { tasks } = await other.engine.call('RunTask', { taskDefinition: 'web' });
    expect(tasks).toHaveLength(1);
    expect(other.events.filter(({ type }) => type === 'task-withdrawn')).toEqual([]);
    await other.engine.close();
  });

  it('changes its network when no task has an address of it', async () => {
    await start();
    const { tasks = [] } = await run(1);
    const bridge = { cluster: 'default', network: { driver: 'bridge' } };
    await expect(made.engine.call('UpdateCluster', bridge)).rejects.toThrow(
      /1 task of the cluster default has/,
    );
    await made.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
    const { cluster } = await made.engine.call('UpdateCluster', bridge);
    expect(cluster?.attachments).toBeUndefined();
    const again = await run(1);
    expect(again.tasks?.map(addressOf)).toEqual(['172.18.0.2']);
  });

  it('tells of a host that lacks the interface when it is registered', async () => {
    const host = fakeHost('web1');
    host.failNext('createNetwork', 'invalid subinterface vlan name eth0, example formatting is eth0.10');
    made = kit({ hosts: new FakeHosts([host]) });
    await made.engine.call('CreateCluster', { network });
    await made.engine.call('RegisterContainerInstance', { host: 'web1', cluster: 'default' });
    expect(made.events).toContainEqual({
      type: 'warning',
      message:
        "web1: no task in network mode awsvpc can run there: web1 has no interface eth0, which the cluster's network is on (rename it there, or change the network: longshore update-cluster --cluster default --network driver=…)",
    });
  });

  it('is created again with its own network only', async () => {
    await start();
    await made.engine.call('CreateCluster', { network });
    await expect(made.engine.call('CreateCluster', { network: { driver: 'bridge' } })).rejects.toMatchObject({
      code: 'InvalidParameterException',
      remedy: expect.stringMatching(
        /^The cluster default is there already, with another network: /,
      ) as string,
    });
  });

  it('leaves nothing of its addresses when it is deleted', async () => {
    await start();
    await run(2);
    await made.engine.call('DeleteCluster', { cluster: 'default', force: true });
    expect(await addresses()).toEqual([]);
  });
});

const awsvpc = () => ({ ...definition('web', { memory: 20, cpu: 10 }), networkMode: 'awsvpc' as const });

async function start(names = ['web1', 'web2']): Promise<void> {
  made = kit({ hosts: new FakeHosts(names.map((name) => fakeHost(name))) });
  await made.engine.call('CreateCluster', { network });
  for (const host of names) await made.engine.call('RegisterContainerInstance', { host, cluster: 'default' });
  await made.engine.call('RegisterTaskDefinition', awsvpc());
}

const run = (count: number) =>
  made.engine.call('RunTask', {
    taskDefinition: 'web',
    count,
    placementStrategy: [{ type: 'spread', field: 'instanceId' }],
  });

const addressOf = ({ attachments }: Task): string | undefined =>
  attachments?.[0]?.details?.find(({ name }) => name === 'privateIPv4Address')?.value;

const addresses = async () => (await made.store.list({ prefix: 'address/' })).map(({ key }) => key);
