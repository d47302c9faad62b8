import { describe, expect, it } from 'vitest';
import { cluster, definition, kit } from './kit.js';

const warnings = ({ events }: ReturnType<typeof kit>) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
const insights = (value: string) => [{ name: 'containerInsights' as const, value }];

describe.each(['UpdateCluster', 'UpdateClusterSettings'] as const)('%s', (operation) => {
  it('changes what is given, says that nothing is measured, and leaves the rest', async () => {
    const made = kit();
    await made.engine.call('CreateCluster', { clusterName: 'c', tags: [{ key: 'a', value: 'b' }] });
    const { cluster } = await made.engine.call(operation, { cluster: 'c', settings: insights('enabled') });
    expect(cluster).toMatchObject({ clusterName: 'c', status: 'ACTIVE', settings: insights('enabled') });
    expect(warnings(made)).toEqual([expect.stringMatching(/^containerInsights is kept and shown; nothing/)]);
    const shown = await made.engine.call('DescribeClusters', {
      clusters: ['c'],
      include: ['SETTINGS', 'TAGS'],
    });
    expect(shown.clusters).toMatchObject([
      { settings: insights('enabled'), tags: [{ key: 'a', value: 'b' }] },
    ]);
  });

  it('refuses values that ECS does not know, and clusters that are not there', async () => {
    const { engine } = kit();
    await engine.call('CreateCluster', { clusterName: 'c' });
    await expect(engine.call(operation, { cluster: 'c', settings: insights('loud') })).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: 'The cluster setting containerInsights takes enabled, disabled, enhanced, not loud.',
    });
    await engine.call('DeleteCluster', { cluster: 'c' });
    for (const cluster of ['c', 'd']) {
      await expect(engine.call(operation, { cluster, settings: insights('enabled') })).rejects.toMatchObject({
        code: 'ClusterNotFoundException',
      });
    }
  });
});

it('UpdateCluster keeps a configuration and a namespace, and says that they change nothing', async () => {
  const made = kit();
  await made.engine.call('CreateCluster', { clusterName: 'c' });
  const configuration = { executeCommandConfiguration: { logging: 'NONE' as const } };
  const { cluster } = await made.engine.call('UpdateCluster', {
    cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/c',
    configuration,
    serviceConnectDefaults: { namespace: 'n' },
  });
  expect(cluster).toMatchObject({ configuration, serviceConnectDefaults: { namespace: 'n' } });
  expect(warnings(made)).toEqual([
    'serviceConnectDefaults is kept and shown; nothing discovers tasks by it yet',
    expect.stringMatching(/^configuration only means something inside AWS: it is kept/),
  ]);
});

it('DescribeClusters counts by launch type where STATISTICS are asked for', async () => {
  const { engine } = await cluster(['web1']);
  await engine.call('RegisterTaskDefinition', definition('web'));
  await engine.call('RunTask', { taskDefinition: 'web', count: 2 });
  const look = async (include: 'STATISTICS'[]) =>
    (await engine.call('DescribeClusters', { include })).clusters?.[0]?.statistics;
  expect(await look([])).toEqual([]);
  const statistics = await look(['STATISTICS']);
  expect(statistics).toHaveLength(8);
  expect(statistics?.slice(0, 3)).toEqual([
    { name: 'runningEC2TasksCount', value: '2' },
    { name: 'pendingEC2TasksCount', value: '0' },
    { name: 'runningFargateTasksCount', value: '0' },
  ]);
});

it('DescribeContainerInstances tells of the health where it is asked for', async () => {
  const { engine, hosts } = await cluster(['web1']);
  const look = async (include: 'CONTAINER_INSTANCE_HEALTH'[]) =>
    (await engine.call('DescribeContainerInstances', { containerInstances: ['web1'], include }))
      .containerInstances?.[0]?.healthStatus;
  expect(await look([])).toBeUndefined();
  const health = (status: string) => ({
    overallStatus: status,
    details: [{ type: 'CONTAINER_RUNTIME', status, lastStatusChange: expect.any(Date) as Date }],
  });
  expect(await look(['CONTAINER_INSTANCE_HEALTH'])).toEqual(health('OK'));
  hosts.hosts.delete('web1');
  expect(await look(['CONTAINER_INSTANCE_HEALTH'])).toEqual(health('IMPAIRED'));
});
