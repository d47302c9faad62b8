import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { ServiceUser } from './service-user.js';

describeWithHosts('a deploy that is suspended', () => {
  let cluster: TestCluster;
  let user: ServiceUser;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new ServiceUser(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
    await register(user, 'web', [container({ stopTimeout: 1 })]);
    await user.ok(
      ...['create-service', '--service-name', 'web', '--task-definition', 'web', '--desired-count', '4'],
    );
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  it('holds its tasks for a minute; who goes on meanwhile finishes it, and it blames no host when it wakes', async () => {
    const deploy = user.start(['deploy', '--service', 'web', '--env', 'LEVEL=debug'], { timeoutMs: 200_000 });
    await expect.poll(() => deploy.printed.stderr, { timeout: 10_000, interval: 5 }).toMatch(/has started 4/);
    deploy.signal('SIGSTOP');

    const once = await user.ok('reconcile');
    expect(once.stderr).toMatch(new RegExp(`\\d tasks? (is|are) under way in process ${deploy.pid} on `));
    const waited = await user.run(['wait', 'services-stable', '--services', 'web', '--timeout', '110s'], {
      timeoutMs: 120_000,
    });
    expect(waited.code).toBe(0);
    expect(waited.stderr).toContain('it has given no sign of life for');

    deploy.signal('SIGCONT');
    const { code, stderr } = await deploy.outcome;
    expect(stderr).not.toMatch(/did not answer|failed/);
    expect(code).toBe(0);
    const { deployments } = await user.service('web', '--refresh');
    expect(deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 4, failedTasks: 0 }]);
    await user.expectOnly('web', 4);
  }, 240_000);
});
