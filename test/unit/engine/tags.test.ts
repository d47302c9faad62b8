import { describe, expect, it } from 'vitest';
import { cluster, definition, idOf, type Kit } from './kit.js';

const team = { key: 'team', value: 'web' };

async function world(): Promise<Kit & { task: string }> {
  const made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
  return { ...made, task: tasks[0]?.taskArn ?? '' };
}

/** What the describe verb of each kind shows with `include: TAGS`, and without. */
const shown = async ({ engine }: Kit, kind: string, task: string, include?: ['TAGS']) => {
  const describers: Record<string, () => Promise<unknown>> = {
    cluster: async () => (await engine.call('DescribeClusters', { include })).clusters?.[0]?.tags,
    'container-instance': async () =>
      (await engine.call('DescribeContainerInstances', { containerInstances: ['web1'], include }))
        .containerInstances?.[0]?.tags,
    'task-definition': async () =>
      (await engine.call('DescribeTaskDefinition', { taskDefinition: 'web:1', include })).tags ?? [],
    task: async () => (await engine.call('DescribeTasks', { tasks: [task], include })).tasks?.[0]?.tags,
  };
  return describers[kind]?.();
};

describe('tags', () => {
  it.each([
    ['cluster', () => 'arn:aws:ecs:eu-west-1:1:cluster/default'],
    ['container-instance', () => 'container-instance/default/web1'],
    ['task-definition', () => 'task-definition/web:1'],
    ['task', (arn: string) => arn],
  ])('of a %s are put, listed, described and taken off', async (kind, arnOf) => {
    const made = await world();
    const { call } = made.engine;
    const resourceArn = arnOf(made.task);
    expect(await call('ListTagsForResource', { resourceArn })).toEqual({ tags: [] });
    expect(await call('TagResource', { resourceArn, tags: [team, { key: 'tier', value: '1' }] })).toEqual({});
    await call('TagResource', { resourceArn, tags: [{ key: 'tier', value: '2' }] });
    const both = [team, { key: 'tier', value: '2' }];
    expect(await call('ListTagsForResource', { resourceArn })).toEqual({ tags: both });
    expect(await shown(made, kind, made.task, ['TAGS'])).toEqual(both);
    expect(await shown(made, kind, made.task)).toEqual([]);
    await call('UntagResource', { resourceArn, tagKeys: ['tier', 'none'] });
    expect(await call('ListTagsForResource', { resourceArn })).toEqual({ tags: [team] });
  });

  it('of what is not there are refused', async () => {
    const { engine } = await world();
    await engine.call('CreateCluster', { clusterName: 'old' });
    await engine.call('DeleteCluster', { cluster: 'old' });
    for (const [resourceArn, code] of [
      ['cluster/none', 'ClusterNotFoundException'],
      ['cluster/old', 'InvalidParameterException'],
      ['task/none/1f2e', 'ClusterNotFoundException'],
      ['task/default/1f2e', 'ResourceNotFoundException'],
      ['container-instance/default/web9', 'ResourceNotFoundException'],
      ['arn:aws:ecs:eu-west-1:1:capacity-provider/FARGATE', 'ResourceNotFoundException'],
      ['task-definition/web:9', 'ClientException'],
      ['web', 'InvalidParameterException'],
    ] as const) {
      const attempts = [
        engine.call('TagResource', { resourceArn, tags: [team] }),
        engine.call('UntagResource', { resourceArn, tagKeys: ['team'] }),
      ];
      for (const attempt of attempts) await expect(attempt, resourceArn).rejects.toMatchObject({ code });
      await expect(engine.call('ListTagsForResource', { resourceArn }), resourceArn).rejects.toMatchObject({
        code: code.replace('ResourceNotFound', 'InvalidParameter'),
      });
    }
  });

  it('of a stopped task are still listed, and changed no more', async () => {
    const { engine, task } = await world();
    await engine.call('TagResource', { resourceArn: task, tags: [team] });
    await engine.call('StopTask', { task: idOf(task) });
    expect(await engine.call('ListTagsForResource', { resourceArn: task })).toEqual({ tags: [team] });
    await expect(
      engine.call('UntagResource', { resourceArn: task, tagKeys: ['team'] }),
    ).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: 'The specified task is stopped. Specify a running task and try again.',
    });
  });

  it('are at most fifty, counted over several calls', async () => {
    const { engine } = await world();
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, value: '' }));
    const resourceArn = 'cluster/default';
    await engine.call('TagResource', { resourceArn, tags: some(0, 50) });
    await engine.call('TagResource', { resourceArn, tags: some(0, 50) });
    await expect(engine.call('TagResource', { resourceArn, tags: some(50, 1) })).rejects.toMatchObject({
      code: 'LimitExceededException',
    });
    await expect(
      engine.call('TagResource', { resourceArn, tags: [{ key: 'aws:x', value: '' }] }),
    ).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });

  it('of many writers at once all stay', async () => {
    const { engine } = await world();
    const resourceArn = 'cluster/default';
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        engine.call('TagResource', { resourceArn, tags: [{ key: `k${i}`, value: '' }] }),
      ),
    );
    expect((await engine.call('ListTagsForResource', { resourceArn })).tags).toHaveLength(20);
  });

  it('come to a task from its definition and its cluster, and what the caller says wins', async () => {
    const { engine } = await cluster(['web1']);
    const own = { key: 'team', value: 'db' };
    await engine.call('RegisterTaskDefinition', {
      ...definition(),
      tags: [team, { key: 'app', value: 'shop' }],
    });
    const { tasks = [] } = await engine.call('RunTask', {
      taskDefinition: 'web',
      tags: [own],
      propagateTags: 'TASK_DEFINITION',
      enableECSManagedTags: true,
    });
    const { tags } = await engine.call('ListTagsForResource', { resourceArn: tasks[0]?.taskArn ?? '' });
    const all = [own, { key: 'app', value: 'shop' }, { key: 'aws:ecs:clusterName', value: 'default' }];
    expect(tags).toEqual(all);
    // RunTask has no `include`: it tells of what it gave them.
    expect(tasks[0]?.tags).toEqual(all);
  });
});
