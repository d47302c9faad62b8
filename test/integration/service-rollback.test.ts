import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ListServiceDeploymentsResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { ServiceUser } from './service-user.js';

const volumes = [{ name: 'switch', host: { sourcePath: '/run/switch' } }];
const mountPoints = [{ sourceVolume: 'switch', containerPath: '/switch' }];
const version = (command: string): [Parameters<typeof register>[2], Parameters<typeof register>[3]] => [
  [container({ command: ['sh', '-c', command], mountPoints })],
  { volumes },
];

describeWithHosts('a deployment that is rolled back to, and fails too', () => {
  let cluster: TestCluster;
  let user: ServiceUser;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product', count: 1 });
    user = new ServiceUser(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
  });
  afterAll(async () => {
    await cluster?.host('web1').shell('rm -rf /run/switch');
    user?.remove();
    await cluster?.release();
  });

  it('ends as FAILED and says why; the next update mends it', async () => {
    await register(user, 'app', ...version('test -e /switch/off && exit 4; sleep 600'));
    await user.ok(
      ...['create-service', '--service-name', 'app', '--task-definition', 'app', '--desired-count', '1'],
      ...['--deployment-configuration', 'minimumHealthyPercent=0,maximumPercent=100'],
    );
    // From here on what worked works no more.
    await register(user, 'app', ...version('touch /switch/off; exit 5'));
    const failed = await user.run([
      ...['update-service', '--service', 'app', '--task-definition', 'app', '--fail-fast'],
    ]);
    const service = await user.service('app');
    const [primary] = service.deployments ?? [];
    const reason = `ECS deployment circuit breaker: rolling back to deploymentId ${primary?.id} failed: tasks failed to start.`;
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining(reason)]);
    expect(primary).toMatchObject({
      rolloutState: 'FAILED',
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
      failedTasks: 3,
    });
    expect(service).toMatchObject({ runningCount: 0, pendingCount: 0 });
    expect(service.events?.map(({ message }) => message)).toContain(
      `(service app) rolling back to deployment ${primary?.id} failed: tasks failed to start. Nothing is started until the service is updated.`,
    );
    const list = ['list-service-deployments', '--service', 'app'];
    const { serviceDeployments } = await user.json<ListServiceDeploymentsResponse>(...list);
    const ends = serviceDeployments?.map(({ status, statusReason }) => [status, statusReason]);
    expect(ends).toContainEqual(['ROLLBACK_FAILED', reason]);

    // Nobody tries again in silence.
    const tasks = service.events?.length;
    await user.ok('reconcile');
    expect((await user.service('app')).events).toHaveLength(tasks ?? 0);
    expect(await user.running('app')).toBe(0);

    await cluster.host('web1').shell('rm /run/switch/off');
    await user.ok(
      'update-service',
      '--service',
      'app',
      '--task-definition',
      'app:1',
      '--force-new-deployment',
    );
    expect(await user.service('app')).toMatchObject({
      runningCount: 1,
      deployments: [{ rolloutState: 'COMPLETED' }],
    });
    await user.ok('delete-service', '--service', 'app', '--force');
  }, 120_000);
});
