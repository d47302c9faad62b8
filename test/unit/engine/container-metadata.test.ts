import { expect, it } from 'vitest';
import { decode } from 'tar-stream/headers.js';
import { cluster, definition, hostOf, idOf } from './kit.js';

/** Of the metadata files that a host's only container was given, in their order. */
function filesOf({ archives }: { archives: { folder: string; tar: Buffer }[] }) {
  return archives.map(({ folder, tar }) => {
    const { name, size } = decode(tar.subarray(0, 512), 'utf8')!;
    const text = tar.subarray(512, 512 + size).toString();
    return { path: `${folder}/${name}`, content: JSON.parse(text) as Record<string, unknown> };
  });
}

it('is in a file of each container: before it starts what is known by then, and all of it once it runs', async () => {
  const made = await cluster(['web1'], { settings: { containerMetadata: true } });
  await made.engine.call('RegisterTaskDefinition', definition('web'));
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
  const [container] = [...hostOf(made, 'web1').containers.values()];
  const [early, late, ...more] = filesOf(container!);
  const id = idOf(tasks[0]?.taskArn);
  expect(more).toEqual([]);
  expect(container?.options.Env).toContain(`ECS_CONTAINER_METADATA_FILE=${early?.path}`);
  expect(Object.keys(container?.options['Volumes'] as object)).toEqual([`/opt/ecs/metadata/${id}-app`]);
  expect(late?.path).toBe(early?.path);
  expect(early?.content).toEqual({
    Cluster: 'default',
    ContainerInstanceARN: tasks[0]?.containerInstanceArn,
    TaskARN: tasks[0]?.taskArn,
    TaskDefinitionFamily: 'web',
    TaskDefinitionRevision: '1',
    ContainerName: 'app',
  });
  expect(late?.content).toMatchObject({
    ...early?.content,
    ContainerID: container?.id,
    ImageName: 'busybox:latest',
    MetadataFileStatus: 'READY',
  });
});

it('is nowhere unless it is asked for', async () => {
  const made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', definition('web'));
  await made.engine.call('RunTask', { taskDefinition: 'web' });
  const [container] = [...hostOf(made, 'web1').containers.values()];
  expect(container?.archives).toEqual([]);
  expect(container?.options.Env?.join()).not.toMatch(/METADATA|AWS_EXECUTION_ENV/);
});
