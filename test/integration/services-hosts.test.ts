import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import type { FaultName } from '../hosts/faults.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import type { Command } from './longshore.js';
import { ServiceUser } from './service-user.js';
import { extremes, runsOf } from './timeline.js';

describeWithHosts('services whose hosts fail', () => {
  let cluster: TestCluster;
  let user: ServiceUser;
  let watcher: Command;
  const name = 'web';
  const names = ['web1', 'web2', 'web3', 'web4'];

  beforeAll(async () => {
    cluster = await acquire({ name: 'services', count: 4 });
    user = new ServiceUser(cluster, { LONGSHORE_CONNECT_TIMEOUT: '2' });
    await user.ok('create-cluster', '--hosts', ...names);
    await register(user, name, [container()]);
    const create = ['create-service', '--service-name', name, '--task-definition', name];
    await user.ok(...create, '--desired-count', '4');
    watcher = user.startWatcher(600_000);
  });
  afterEach(async () => {
    for (const host of cluster.hosts) await host.mendAll();
  });
  afterAll(async () => {
    user?.endWatchers();
    user?.remove();
    await cluster?.release();
  });

  const count = async (without: readonly string[] = []) =>
    (await user.tasksOn(name)).filter(({ host }) => !without.includes(host)).length;
  const connected = async () => (await user.service(name, '--refresh')).runningCount;
  /** All hosts are seen, and just what is wanted runs. */
  const settled = () =>
    expect
      .poll(async () => [await connected(), await count()], { timeout: 45_000, interval: 300 })
      .toEqual([4, 4]);
  const said = (text: RegExp) =>
    expect.poll(() => watcher.printed.stderr, { timeout: 30_000, interval: 100 }).toMatch(text);
  /** Nobody gets to them any more, and those who are there notice at once: a cut takes half a minute for that. */
  const cutOff = (...hosts: string[]) =>
    Promise.all(
      hosts.map(async (host) => {
        await cluster.host(host).inflict('sshd-stopped');
        await cluster.host(host).dropSshSessions();
      }),
    );
  const fault = (which: FaultName, ...hosts: string[]) =>
    Promise.all(hosts.map((host) => cluster.host(host).inflict(which)));

  it('a network that is away for a moment, or comes and goes, moves nothing', async () => {
    await settled();
    const before = await user.recorded(name);
    await fault('network-cut', 'web1');
    await sleep(1500);
    await cluster.host('web1').mend('network-cut');
    for (let i = 0; i < 10; i++) {
      await fault('network-cut', 'web2');
      await sleep(1000);
      await cluster.host('web2').mend('network-cut');
      await sleep(1000);
    }
    // A cut of a second isn't noticed; lost connections are.
    await cutOff('web3');
    await said(/failed: web3/);
    await sleep(1000);
    await cluster.host('web3').mend('sshd-stopped');
    await sleep(3000);
    await settled();
    expect(await user.recorded(name)).toEqual(before);
  });

  it('what was on a host that is cut off comes up elsewhere; at its return the old one goes', async () => {
    const from = Date.now();
    const old = (await user.tasksOn(name)).filter(({ host }) => host === 'web1');
    await fault('network-cut', 'web1');
    await expect.poll(() => count(['web1']), { timeout: 75_000, interval: 100 }).toBe(4);
    console.log(`replaced ${Date.now() - from} ms after the cut`);
    const replaced = await user.tasksOn(name);
    await sleep(2500);
    const back = Date.now();
    await cluster.host('web1').mend('network-cut');
    await settled();
    console.log(`as wanted again ${Date.now() - back} ms after the return`);
    const ids = (await user.tasksOn(name)).map(({ taskId }) => taskId);
    expect(ids).not.toContain(old[0]?.taskId);
    for (const { taskId, host } of replaced) if (host !== 'web1') expect(ids).toContain(taskId);
    const { least, most } = extremes(await runsOf(cluster.hosts, name), from);
    expect(least).toBeGreaterThanOrEqual(4);
    expect(most).toBeLessThanOrEqual(8);
    await user.expectOnly(name, 4);
  });

  it('an engine that is killed and soon started again keeps what it has', async () => {
    const host = (await user.tasksOn(name))[0]?.host ?? '';
    await fault('engine-killed', host);
    await sleep(1000);
    await cluster.host(host).mend('engine-killed');
    await settled();
    await user.expectOnly(name, 4);
  });

  it('what was on a host whose engine is killed for longer comes up elsewhere', async () => {
    const from = Date.now();
    const host = (await user.tasksOn(name))[0]?.host ?? '';
    await fault('engine-killed', host);
    await expect.poll(() => count([host]), { timeout: 30_000, interval: 100 }).toBe(4);
    await sleep(2500);
    await cluster.host(host).mend('engine-killed');
    await settled();
    expect(extremes(await runsOf(cluster.hosts, name), from).most).toBeLessThanOrEqual(8);
    await user.expectOnly(name, 4);
  });

  it('many hosts that vanish at once are waited for, or given up by hand', async () => {
    const before = await user.recorded(name);
    await cutOff('web2', 'web3');
    await said(/2 of 4 hosts vanished/);
    await sleep(4000);
    expect(await user.recorded(name)).toEqual(before);
    expect((await user.run(['reconcile', '--give-up-lost-hosts'])).code).toBe(3);
    await expect.poll(() => count(['web2', 'web3']), { timeout: 30_000, interval: 200 }).toBe(4);
    for (const one of ['web2', 'web3']) await cluster.host(one).mend('sshd-stopped');
    await settled();
    await user.expectOnly(name, 4);
  });

  it('a task whose shared volume is on a host that is away stays', async () => {
    const volumes = [{ name: 'data', dockerVolumeConfiguration: { scope: 'shared', autoprovision: true } }];
    const mounted = container({ mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }] });
    await register(user, 'data', [mounted], { volumes } as Parameters<typeof register>[3]);
    const create = ['create-service', '--service-name', 'data', '--task-definition', 'data'];
    await user.ok(...create, '--desired-count', '1');
    const [task] = await user.tasksOn('data');
    if (task === undefined) throw new Error('nothing runs');
    await cutOff(task.host);
    await expect.poll(() => count([task.host]), { timeout: 45_000, interval: 300 }).toBe(4);
    await sleep(2000);
    expect(await user.tasksOn('data')).toMatchObject([{ taskId: task.taskId }]);
    await cluster.host(task.host).mend('sshd-stopped');
    await settled();
    await user.expectOnly('data', 1);
  });
});
