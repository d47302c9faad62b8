import { afterEach, describe, expect, it } from 'vitest';
import { holderName } from '../../../src/lib/agent/names.js';
import type { FakeContainer } from '../../fakes/fake-container.js';
import { cluster, definition, hostOf, idOf, kit, type Kit } from './kit.js';

let made: Kit;
afterEach(() => made.engine.close());

describe('a task in network mode awsvpc', () => {
  it('runs with an address of its own, which describe-tasks shows as ECS does', async () => {
    const task = await running();
    const [address] = task?.attachments ?? [];
    expect(address).toMatchObject({
      type: 'ElasticNetworkInterface',
      status: 'ATTACHED',
      details: [
        { name: 'macAddress', value: '02:42:ac:11:00:02' },
        { name: 'privateIPv4Address', value: '172.18.0.2' },
      ],
    });
    expect(task?.containers).toMatchObject([
      {
        name: 'app',
        networkBindings: [],
        networkInterfaces: [{ attachmentId: address?.id, privateIpv4Address: '172.18.0.2' }],
      },
    ]);
    // Known from then on: a listing costs one request.
    const { calls } = hostOf(made, 'web1');
    const before = calls.length;
    await made.engine.call('DescribeTasks', { tasks: [idOf(task?.taskArn)], refresh: true });
    expect(calls.slice(before)).toEqual(['info', 'listContainers']);
  });

  it('publishes no port and counts none: two with the same port run on one host', async () => {
    await running({ portMappings: [{ containerPort: 80 }] });
    const { tasks } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    expect(tasks).toMatchObject([{ lastStatus: 'RUNNING' }]);
    expect(holders().map(({ address }) => address?.ipAddress)).toEqual(['172.18.0.2', '172.18.0.3']);
  });

  it('is a failed task once what holds its network has ended', async () => {
    const task = await running();
    hostOf(made, 'web1').exit(holders()[0]?.id ?? '', 137);
    const { tasks } = await made.engine.call('DescribeTasks', {
      tasks: [idOf(task?.taskArn)],
      refresh: true,
    });
    const why =
      "Essential container in task exited: ~internal~ecs~pause, which holds what the task's containers share";
    expect(tasks).toMatchObject([
      { lastStatus: 'STOPPING', stopCode: 'EssentialContainerExited', stoppedReason: why },
    ]);
    await made.engine.call('Reconcile', {});
    expect(await described(task?.taskArn)).toMatchObject({
      lastStatus: 'STOPPED',
      attachments: [{ status: 'DELETED' }],
    });
    expect(runningNow()).toEqual([]);
  });

  it('is noticed when what holds its network ends while somebody waits, or is removed', async () => {
    const task = await running();
    const waiting = made.engine.call('WaitTasks', { tasks: [idOf(task?.taskArn)] });
    await hostOf(made, 'web1').removeContainer(holders()[0]?.id ?? '', { force: true });
    expect(await waiting).toMatchObject({ tasks: [{ lastStatus: 'STOPPED' }] });
    expect(runningNow()).toEqual([]);
  });

  it('that ends by itself has stopped, and what held its network is stopped by the next verb that changes something', async () => {
    const task = await running();
    const host = hostOf(made, 'web1');
    host.exit(containers('app')[0]?.id ?? '', 0);
    expect(await described(task?.taskArn, true)).toMatchObject({ lastStatus: 'STOPPED' });
    expect(runningNow()).toEqual([holderName]);
    const reconciled = await made.engine.call('Reconcile', {});
    expect(reconciled.clusters).toMatchObject([{ removedStrays: 0 }]);
    expect(runningNow()).toEqual([]);
    const before = host.calls.length;
    await made.engine.call('Reconcile', {});
    expect(host.calls.slice(before).filter((call) => call.startsWith('stop'))).toEqual([]);
  });

  it('that somebody waits for leaves nothing running', async () => {
    const task = await running();
    const waiting = made.engine.call('WaitTasks', { tasks: [idOf(task?.taskArn)] });
    hostOf(made, 'web1').exit(containers('app')[0]?.id ?? '', 3);
    expect(await waiting).toMatchObject({ exitCodes: [{ exitCode: 3 }] });
    expect(runningNow()).toEqual([]);
  });

  it('has one container for execute-command: what holds the network is none', async () => {
    const task = await running();
    const execution = await made.engine.execute({
      task: idOf(task?.taskArn),
      command: 'ls',
      interactive: false,
    });
    expect(execution.answer.containerName).toBe('app');
    execution.close();
  });

  it('takes room while it runs, and none when only what held its network is left', async () => {
    await running({ memory: 900 });
    const second = { taskDefinition: 'web' };
    expect(await made.engine.call('RunTask', second)).toMatchObject({ tasks: [] });
    hostOf(made, 'web1').exit(containers('app')[0]?.id ?? '', 0);
    // A colleague's state knows nothing of either.
    const other = kit({ hosts: made.hosts });
    await other.engine.call('RegisterContainerInstance', { host: 'web1', name: 'web1', cluster: 'default' });
    expect(await other.engine.call('ListTasks', {})).toMatchObject({ taskArns: [] });
    await other.engine.call('RegisterTaskDefinition', awsvpc({ memory: 900 }));
    expect(await other.engine.call('RunTask', second)).toMatchObject({ failures: [], tasks: [{}] });
    await other.engine.close();
  });

  it('is taken over by another state, with its address', async () => {
    const task = await running();
    const other = kit({ hosts: made.hosts });
    await other.engine.call('RegisterContainerInstance', { host: 'web1', name: 'web1', cluster: 'default' });
    const { tasks } = await other.engine.call('DescribeTasks', { tasks: [idOf(task?.taskArn)] });
    expect(tasks).toMatchObject([
      {
        lastStatus: 'RUNNING',
        containers: [{ name: 'app', networkInterfaces: [{ privateIpv4Address: '172.18.0.2' }] }],
      },
    ]);
    expect(other.events.filter(({ type }) => type === 'warning')).toEqual([]);
    await other.engine.close();
  });

  it('leaves the network to prune, and prune tells of no container that holds one', async () => {
    const task = await running();
    const prune = (dryRun: boolean) => made.engine.call('Prune', { all: true, images: true, dryRun });
    expect((await prune(false)).hosts).toMatchObject([{ containers: [], networks: [] }]);
    await made.engine.call('StopTask', { task: idOf(task?.taskArn) });
    for (const dryRun of [true, false]) {
      expect((await prune(dryRun)).hosts).toMatchObject([
        {
          containers: [{ name: 'app' }],
          networks: ['longshore-default'],
          images: [{ names: [expect.stringMatching(/^sha256:/)] }],
        },
      ]);
    }
    const { containers: left, networks, images } = hostOf(made, 'web1');
    expect([left.size, networks.size, [...images.keys()]]).toEqual([0, 0, ['busybox:latest']]);
  });

  it('goes with its cluster, and so do the network and the image of what held it', async () => {
    await running();
    expect([...hostOf(made, 'web1').images.keys()]).toContain('longshore/pause:1');
    await made.engine.call('DeleteCluster', { cluster: 'default', force: true });
    const { containers: left, networks, images } = hostOf(made, 'web1');
    expect([left.size, networks.size, [...images.keys()]]).toEqual([0, 0, ['busybox:latest']]);
  });

  it('runs on when its host leaves the cluster: what it needs stays', async () => {
    await running();
    await made.engine.call('DeregisterContainerInstance', { containerInstance: 'web1', force: true });
    const { containers: left, networks, images } = hostOf(made, 'web1');
    expect([left.size, networks.size]).toEqual([2, 1]);
    expect([...images.keys()]).toContain('longshore/pause:1');
  });

  it('leaves alone an image of that name that is not ours', async () => {
    made = await cluster(['web1']);
    await hostOf(made, 'web1').tagImage('busybox', 'longshore/pause:1');
    await made.engine.call('DeregisterContainerInstance', { containerInstance: 'web1' });
    expect([...hostOf(made, 'web1').images.keys()]).toContain('longshore/pause:1');
  });

  it('may be given AWS’s network configuration, which is told of', async () => {
    made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', awsvpc());
    await made.engine.call('RunTask', {
      taskDefinition: 'web',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
      },
    });
    expect(made.events).toContainEqual({
      type: 'warning',
      message:
        "networkConfiguration means nothing here, where the cluster's network gives tasks their addresses: subnets, securityGroups are not enforced",
    });
  });

  it('has no names of hosts of its own', async () => {
    made = await cluster(['web1']);
    const extraHosts = [{ hostname: 'db', ipAddress: '10.0.0.1' }];
    const refused = made.engine.call('RegisterTaskDefinition', awsvpc({ hostname: 'web', extraHosts }));
    await expect(refused).rejects.toThrow(/hostname is not supported.*extraHosts is not supported/s);
  });
});

type Container = ReturnType<typeof definition>['containerDefinitions'][number];

const awsvpc = (container: Partial<Container> = {}) => ({
  ...definition('web', container as Parameters<typeof definition>[1]),
  networkMode: 'awsvpc' as const,
});

async function running(container: Parameters<typeof definition>[1] = {}) {
  made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', awsvpc(container as Partial<Container>));
  const { tasks } = await made.engine.call('RunTask', { taskDefinition: 'web' });
  return tasks?.[0];
}

async function described(arn: string | undefined, refresh = false) {
  const { tasks } = await made.engine.call('DescribeTasks', { tasks: [idOf(arn)], refresh });
  return tasks?.[0];
}

const nameIn = ({ options }: FakeContainer) => options.Labels?.['longshore.container'];

const containers = (name: string) =>
  [...hostOf(made, 'web1').containers.values()].filter((container) => nameIn(container) === name);

const holders = () => containers(holderName);

const runningNow = () =>
  [...hostOf(made, 'web1').containers.values()].filter(({ status }) => status === 'running').map(nameIn);
