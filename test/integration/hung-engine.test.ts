import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { ServiceUser } from './service-user.js';

/** Seconds that the verbs have, and ms that they may take beside that to begin, and to leave. */
const limit = 6;
const beside = 5000;

describeWithHosts('a verb with a time limit and a host whose engine hangs', () => {
  let cluster: TestCluster;
  let user: ServiceUser;

  beforeAll(async () => {
    cluster = await acquire({ name: 'hung', count: 2 });
    user = new ServiceUser(cluster, { LONGSHORE_HOST_GRACE: '60' });
    await user.ok('create-cluster', '--hosts', 'web1', 'web2');
    await register(user, 'web', [container({ stopTimeout: 1 })]);
    await user.ok(
      'create-service',
      '--service-name',
      'web',
      '--task-definition',
      'web',
      '--desired-count',
      '2',
    );
  });
  afterEach(async () => {
    for (const host of cluster.hosts) await host.mendAll();
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  it('ends soon after it, and says what is not known; each task is there once when the engine goes on', async () => {
    const update = ['update-service', '--service', 'web', '--timeout', `${limit}s`];
    const verb = user.start([...update, '--force-new-deployment'], { timeoutMs: 60_000 });
    const begun = Date.now();
    await expect.poll(() => verb.printed.stderr, { timeout: 5000, interval: 20 }).toMatch(/has started/);
    await cluster.host('web2').inflict('engine-paused');
    const { code, stderr } = await verb.outcome;
    const took = Date.now() - begun;
    console.log(`ended ${took} ms after it began, of ${limit} s`);
    expect(code).toBe(1);
    expect(took).toBeLessThan(limit * 1000 + beside);
    expect(stderr).toMatch(/web: not steady after 6 s/);
    expect(stderr).toMatch(/web2: \d (start|stop)s? .*there had not come to an end yet/s);

    await cluster.host('web2').mend('engine-paused');
    await sleep(1000);
    await user.ok('wait', 'services-stable', '--services', 'web', '--timeout', '60s');
    await user.expectOnly('web', 2);
  }, 120_000);
});
