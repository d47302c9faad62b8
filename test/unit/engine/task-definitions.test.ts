import { describe, expect, it } from 'vitest';
import type { Kit } from './kit.js';
import { cluster, definition, idOf, kit } from './kit.js';

async function registered(made: Kit, ...families: string[]): Promise<void> {
  for (const family of families) await made.engine.call('RegisterTaskDefinition', definition(family));
}
const deregister = ({ engine }: Kit, taskDefinition: string) =>
  engine.call('DeregisterTaskDefinition', { taskDefinition });
const remove = ({ engine }: Kit, ...taskDefinitions: string[]) =>
  engine.call('DeleteTaskDefinitions', { taskDefinitions });
const families = async ({ engine }: Kit, status?: 'ACTIVE' | 'INACTIVE' | 'ALL') =>
  (await engine.call('ListTaskDefinitionFamilies', { status })).families;

describe('ListTaskDefinitionFamilies', () => {
  it('lists by the beginning of the name, in pages', async () => {
    const made = kit();
    await registered(made, 'web', 'web', 'web-admin', 'api', 'Web');
    expect(await families(made)).toEqual(['Web', 'api', 'web', 'web-admin']);
    const { call } = made.engine;
    expect(await call('ListTaskDefinitionFamilies', { familyPrefix: 'we' })).toEqual({
      families: ['web', 'web-admin'],
    });
    const first = await call('ListTaskDefinitionFamilies', { maxResults: 3 });
    expect(first.families).toHaveLength(3);
    const rest = await call('ListTaskDefinitionFamilies', { nextToken: first.nextToken });
    expect(rest).toEqual({ families: ['web-admin'] });
  });

  it('tells families with an ACTIVE revision from those without', async () => {
    const made = kit();
    await registered(made, 'web', 'web', 'api');
    await deregister(made, 'web:2');
    expect(await families(made, 'INACTIVE')).toEqual([]);
    await deregister(made, 'web:1');
    expect(await families(made, 'INACTIVE')).toEqual(['web']);
    expect(await families(made, 'ACTIVE')).toEqual(['api']);
    expect(await families(made, 'ALL')).toEqual(['api', 'web']);
    await registered(made, 'web');
    expect(await families(made, 'INACTIVE')).toEqual([]);
  });

  it('stays right where two processes deregister at once', async () => {
    const made = kit();
    const other = kit({ store: made.store });
    await registered(made, ...Array.from({ length: 10 }, () => 'web'));
    await Promise.all(Array.from({ length: 10 }, (_, i) => deregister(i % 2 ? made : other, `web:${i + 1}`)));
    expect(await families(made, 'INACTIVE')).toEqual(['web']);
  });
});

describe('DeleteTaskDefinitions', () => {
  it('deletes deregistered revisions; the others are failures in AWS’s words', async () => {
    const made = kit();
    await registered(made, 'web', 'web');
    await deregister(made, 'web:1');
    const { taskDefinitions, failures } = await remove(made, 'web:1', 'web:2', 'web:7', 'web', 'a b:1');
    expect(taskDefinitions).toMatchObject([
      { family: 'web', revision: 1, status: 'DELETE_IN_PROGRESS', deleteRequestedAt: expect.any(Date) },
    ]);
    const arn = (name: string) => `arn:aws:ecs:local:000000000000:task-definition/${name}`;
    const invalid =
      'The specified task definition identifier is invalid. Specify a valid name or ARN and try again.';
    expect(failures).toEqual([
      {
        arn: arn('web:2'),
        reason:
          'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
      },
      {
        arn: arn('web:7'),
        reason:
          'The specified task definition does not exist. Specify a valid account, family, revision and try again.',
      },
      { arn: 'web', reason: invalid },
      { arn: 'a b:1', reason: invalid },
    ]);
    await expect(
      made.engine.call('DescribeTaskDefinition', { taskDefinition: 'web:1' }),
    ).rejects.toMatchObject({ message: 'Unable to describe task definition.' });
  });

  it('a family without revisions is listed no more, and numbers go on', async () => {
    const made = kit();
    await registered(made, 'web');
    await deregister(made, 'web:1');
    await remove(made, 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1');
    expect(await families(made)).toEqual([]);
    const { taskDefinition } = await made.engine.call('RegisterTaskDefinition', definition('web'));
    expect(taskDefinition?.revision).toBe(2);
    expect(await families(made, 'ACTIVE')).toEqual(['web']);
  });

  it('keeps a revision as long as a task runs of it, and lets nothing new run from it', async () => {
    const made = await cluster(['web1']);
    await registered(made, 'web');
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    await deregister(made, 'web:1');
    await remove(made, 'web:1');
    const deleted = () => made.engine.call('ListTaskDefinitions', { status: 'DELETE_IN_PROGRESS' });
    expect((await deleted()).taskDefinitionArns).toHaveLength(1);
    expect(await families(made)).toEqual(['web']);
    await expect(made.engine.call('RunTask', { taskDefinition: 'web:1' })).rejects.toMatchObject({
      message: 'TaskDefinition is inactive',
    });
    expect((await deregister(made, 'web:1')).taskDefinition?.status).toBe('DELETE_IN_PROGRESS');
    await made.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
    expect((await deleted()).taskDefinitionArns).toEqual([]);
    expect(await families(made)).toEqual([]);
  });

  it('keeps a revision as long as a service may start tasks of it', async () => {
    const made = await cluster(['web1'], { settings: { healthyAfter: 0 } });
    await registered(made, 'web');
    const service = { serviceName: 'web', taskDefinition: 'web', desiredCount: 0 };
    await made.engine.call('CreateService', service);
    await deregister(made, 'web:1');
    await remove(made, 'web:1');
    await made.engine.call('UpdateService', { service: 'web', desiredCount: 1 });
    const { services } = await made.engine.call('WaitServices', { services: ['web'] });
    expect(services?.[0]).toMatchObject({ runningCount: 1 });

    await made.engine.call('DeleteService', { service: 'web', force: true });
    await made.engine.call('WaitServices', { services: ['web'], until: 'INACTIVE' });
    expect(await families(made)).toEqual([]);
  });

  it('takes ten at most, and at least one', async () => {
    const made = kit();
    const eleven = Array.from({ length: 11 }, (_, i) => `web:${i + 1}`);
    await expect(remove(made, ...eleven)).rejects.toMatchObject({ code: 'InvalidParameterException' });
    await expect(remove(made)).rejects.toMatchObject({ message: 'Task Definitions cannot be empty.' });
  });
});
