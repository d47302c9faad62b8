import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import type { Command } from './longshore.js';
import { ServiceUser } from './service-user.js';

/** Seconds that a host may be away: long enough to see that several went together. */
const grace = 10;

describeWithHosts('a watcher that many hosts vanish from at once', () => {
  let cluster: TestCluster;
  let user: ServiceUser;
  let watcher: Command;

  beforeAll(async () => {
    cluster = await acquire({ name: 'thaw', count: 4 });
    user = new ServiceUser(cluster, { LONGSHORE_HOST_GRACE: String(grace), LONGSHORE_CONNECT_TIMEOUT: '2' });
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3', 'web4');
    await register(user, 'web', [container()]);
    const create = ['create-service', '--service-name', 'web', '--task-definition', 'web'];
    await user.ok(...create, '--desired-count', '4');
    watcher = await user.watch();
    await sleep(2000);
  });
  afterAll(async () => {
    for (const host of cluster?.hosts ?? []) await host.mendAll();
    user?.endWatchers();
    user?.remove();
    await cluster?.release();
  });

  const said = (text: RegExp, timeout: number) =>
    expect.poll(() => watcher.printed.stderr, { timeout, interval: 50 }).toMatch(text);

  it('replaces nothing until one returns, and what is on the other when that was away for its grace anew', async () => {
    const before = await user.recorded('web');
    const cut = Date.now();
    await Promise.all(['web3', 'web4'].map((name) => cluster.host(name).inflict('network-cut')));
    await said(/2 of 4 hosts vanished at about the same time \((web3, web4|web4, web3)\)/, 15_000);
    await sleep(cut + (grace + 4) * 1000 - Date.now());
    expect(await user.recorded('web')).toEqual(before);

    await cluster.host('web3').mend('network-cut');
    await said(/enough hosts answer again: .* on those that are still away after another grace/, 15_000);
    const thawed = Date.now();
    await sleep((grace - 3) * 1000);
    expect(await user.recorded('web')).toEqual(before);
    const elsewhere = async () => (await user.tasksOn('web')).filter(({ host }) => host !== 'web4').length;
    await expect.poll(elsewhere, { timeout: 15_000, interval: 100 }).toBe(4);
    const replaced = Date.now() - thawed;
    console.log(`replaced ${replaced} ms after the thaw, ${Date.now() - cut} ms after the cut`);
    expect(replaced).toBeGreaterThan((grace - 1) * 1000);
    expect(replaced).toBeLessThan((grace + 5) * 1000);

    await cluster.host('web4').mend('network-cut');
    await expect.poll(() => user.tasksOn('web'), { timeout: 15_000, interval: 300 }).toHaveLength(4);
    await user.expectOnly('web', 4);
  }, 90_000);
});
