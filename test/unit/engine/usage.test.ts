import { describe, expect, it } from 'vitest';
import { cluster, definition, fakeHost, hostOf, idOf, type Kit } from './kit.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { useFastTime } from '../../fakes/fake-time.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';

useFastTime();

/** So many tasks on a cluster of these hosts, spread over them. */
async function running(names: string[], count: number, hosts?: FakeHosts): Promise<Kit> {
  const made = await cluster(names, { ...(hosts && { hosts }), memory: 8000, cpus: 8 });
  await made.engine.call('RegisterTaskDefinition', definition('web', { memory: 10, cpu: 1 }));
  for (let left = count; left > 0; left -= 10)
    await made.engine.call('RunTask', {
      taskDefinition: 'web',
      count: Math.min(10, left),
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
    });
  return made;
}
const asked = (made: Kit, name: string) =>
  hostOf(made, name).calls.filter((call) => call.startsWith('containerStats'));

describe('DescribeUsage', () => {
  it('tells what hosts have and keep, and what tasks use', async () => {
    const made = await running(['web1', 'web2'], 4);
    const first = await made.engine.call('DescribeUsage', {});
    expect(first.hosts).toMatchObject(
      ['web1', 'web2'].map((name) => ({
        ...{ name, status: 'ACTIVE', agentConnected: true, cpu: 8192, reservedCpu: 2, reservedMemory: 20 },
      })),
    );
    expect(first.tasks).toHaveLength(4);
    const second = await made.engine.call('DescribeUsage', {});
    for (const [i, { stats, lastStatus, taskDefinition }] of second.tasks.entries()) {
      expect({ lastStatus, taskDefinition }).toEqual({ lastStatus: 'RUNNING', taskDefinition: 'web:1' });
      expect(stats?.memoryBytes).toBe(1024 ** 2);
      expect(stats?.readAt).toBeGreaterThanOrEqual(first.tasks[i]?.stats?.readAt ?? Infinity);
    }
  });

  it('sums up the containers of a task', async () => {
    const made = await cluster(['web1']);
    const { containerDefinitions } = definition();
    const two = ['a', 'b'].map((name) => ({ ...containerDefinitions[0]!, name }));
    await made.engine.call('RegisterTaskDefinition', { family: 'two', containerDefinitions: two });
    await made.engine.call('RunTask', { taskDefinition: 'two' });
    const { tasks } = await made.engine.call('DescribeUsage', {});
    expect(tasks).toMatchObject([{ group: 'family:two', stats: { memoryBytes: 2 * 1024 ** 2 } }]);
  });

  it('asks no host where the state is to tell', async () => {
    const made = await running(['web1', 'web2'], 2);
    for (const name of ['web1', 'web2']) hostOf(made, name).hang();
    const { hosts, tasks } = await made.engine.call('DescribeUsage', { refresh: false });
    expect(hosts).toMatchObject([{ agentConnected: true }, { agentConnected: true }]);
    expect(tasks.map(({ lastStatus, stats }) => ({ lastStatus, stats }))).toEqual([
      { lastStatus: 'RUNNING', stats: undefined },
      { lastStatus: 'RUNNING', stats: undefined },
    ]);
  });

  it('asks one host while another hangs, and tells of no other', async () => {
    const made = await running(['web1', 'web2'], 4);
    hostOf(made, 'web2').hang();
    const { hosts, tasks, services } = await made.engine.call('DescribeUsage', {
      containerInstances: ['web1'],
    });
    expect(hosts).toMatchObject([{ name: 'web1' }]);
    expect(tasks.map(({ host, stats }) => [host, stats?.memoryBytes])).toEqual([
      ['web1', 1024 ** 2],
      ['web1', 1024 ** 2],
    ]);
    expect(services).toEqual([]);
    const unknown = made.engine.call('DescribeUsage', { containerInstances: ['nobody'] });
    await expect(unknown).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });

  it('asks for the figures of the tasks that are named, by id or ARN, and knows of those that are gone', async () => {
    const made = await running(['web1'], 4);
    const { tasks } = await made.engine.call('DescribeUsage', { refresh: false });
    const [first, second] = tasks.map(({ taskArn }) => taskArn);
    const before = asked(made, 'web1').length;
    const named = [idOf(first), second ?? '', 'f'.repeat(32)];
    const answer = await made.engine.call('DescribeUsage', { tasks: named });
    expect(answer.tasks.map(({ stats }) => stats !== undefined)).toEqual([true, true, false, false]);
    expect(asked(made, 'web1').length - before).toBe(2);
  });

  it('shows a host that is away, with its tasks as they were', async () => {
    const made = await running(['web1', 'web2'], 2);
    hostOf(made, 'web2').vanish();
    const { hosts, tasks } = await made.engine.call('DescribeUsage', {});
    expect(hosts).toMatchObject([{ agentConnected: true }, { agentConnected: false }]);
    const away = tasks.find(({ host }) => host === 'web2');
    expect(away).toMatchObject({ lastStatus: 'RUNNING' });
    expect(away?.stats).toBeUndefined();
  });

  it('goes on where the figures of one container can not be had', async () => {
    const made = await running(['web1'], 2);
    hostOf(made, 'web1').failNext('containerStats', 'cgroup is gone');
    const { tasks } = await made.engine.call('DescribeUsage', {});
    expect(tasks.filter(({ stats }) => stats !== undefined)).toHaveLength(1);
  });

  it('asks an engine that takes a second for each for more at once, and leaves out what does not come in time', async () => {
    const apiVersion = '1.41';
    const old = new FakeDockerHost('old', {
      now: Date.now,
      images: ['busybox:latest'],
      info: { cpus: 8, memoryBytes: 8000 * 1024 ** 2, apiVersion },
    });
    const made = await running(['old', 'new'], 80, new FakeHosts([old, fakeHost('new', 8000, 8)]));
    old.hang('containerStats');
    const { tasks } = await made.engine.call('DescribeUsage', {});
    const told = (host: string) => tasks.filter((task) => task.host === host && task.stats !== undefined);
    expect([told('new').length, told('old').length]).toEqual([40, 0]);
    expect(asked(made, 'old')).toHaveLength(40);
    old.release();
  });
});
