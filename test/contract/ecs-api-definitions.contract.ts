import * as sdk from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import type { Part } from './ecs-api.contract.js';
import { all, arn, definition } from './ecs-api.scenes.js';

export function definitionsContract({ ecs }: Part): void {
  describe('a task definition', () => {
    it('is registered with what ECS adds', async () => {
      const tags = [{ key: 'a', value: 'b' }];
      const answer = await ecs().send(new sdk.RegisterTaskDefinitionCommand({ ...definition(), tags }));
      expect(answer.tags).toEqual(tags);
      expect(answer.taskDefinition).toMatchObject({
        taskDefinitionArn: arn('task-definition/web:1'),
        family: 'web',
        revision: 1,
        status: 'ACTIVE',
        volumes: [],
        placementConstraints: [],
        compatibilities: expect.arrayContaining(['EC2']) as string[],
        registeredAt: expect.any(Date) as Date,
      });
      expect(answer.taskDefinition?.containerDefinitions).toMatchObject([
        {
          name: 'app',
          environment: [],
          mountPoints: [],
          portMappings: [],
          volumesFrom: [],
          essential: true,
        },
      ]);
      expect(answer.taskDefinition).not.toHaveProperty('deregisteredAt');
      expect(answer).not.toHaveProperty('dryRun');
      expect(Math.abs((answer.taskDefinition?.registeredAt?.getTime() ?? 0) - Date.now())).toBeLessThan(
        60_000,
      );
    });

    it('is described by family, family:revision and ARN, with its tags where they are asked for', async () => {
      await ecs().send(
        new sdk.RegisterTaskDefinitionCommand({ ...definition(), tags: [{ key: 'a', value: 'b' }] }),
      );
      await ecs().send(new sdk.RegisterTaskDefinitionCommand(definition()));
      const described = async (taskDefinition: string) =>
        (await ecs().send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition
          ?.revision;
      expect(await described('web')).toBe(2);
      expect(await described('web:1')).toBe(1);
      expect(await described(arn('task-definition/web:1', 'eu-west-1'))).toBe(1);
      const answer = await ecs().send(
        new sdk.DescribeTaskDefinitionCommand({ taskDefinition: 'web:1', include: ['TAGS'] }),
      );
      expect(answer.tags).toEqual([{ key: 'a', value: 'b' }]);
      const short = await ecs().send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition: 'web:1' }));
      expect(short.tags).toEqual([]);
    });

    it('that is not there is a ClientException', async () => {
      const asked = ecs().send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition: 'gone' }));
      await expect(asked).rejects.toBeInstanceOf(sdk.ClientException);
      await expect(asked).rejects.toMatchObject({ message: 'Unable to describe task definition.' });
    });

    it('that makes no sense is refused, in one of the classes of ECS', async () => {
      const refused = (more: Partial<sdk.RegisterTaskDefinitionCommandInput>) =>
        ecs().send(new sdk.RegisterTaskDefinitionCommand({ ...definition(), ...more }));
      await expect(refused({ family: 'a b' })).rejects.toBeInstanceOf(sdk.ClientException);
      await expect(refused({ containerDefinitions: [] })).rejects.toBeInstanceOf(sdk.ECSServiceException);
    });

    it('is deregistered and deleted', async () => {
      await ecs().send(new sdk.RegisterTaskDefinitionCommand(definition()));
      const early = await ecs().send(new sdk.DeleteTaskDefinitionsCommand({ taskDefinitions: ['web:1'] }));
      expect(early.taskDefinitions).toEqual([]);
      expect(early.failures).toMatchObject([
        {
          reason:
            'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
        },
      ]);
      const { taskDefinition } = await ecs().send(
        new sdk.DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }),
      );
      expect(taskDefinition).toMatchObject({
        status: 'INACTIVE',
        registeredAt: expect.any(Date) as Date,
        deregisteredAt: expect.any(Date) as Date,
      });
      await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'default' }));
      const inactive = ecs().send(new sdk.RunTaskCommand({ taskDefinition: 'web:1' }));
      await expect(inactive).rejects.toBeInstanceOf(sdk.InvalidParameterException);
      await expect(inactive).rejects.toMatchObject({ message: 'TaskDefinition is inactive' });
      const deleted = await ecs().send(new sdk.DeleteTaskDefinitionsCommand({ taskDefinitions: ['web:1'] }));
      expect(deleted.taskDefinitions).toMatchObject([{ status: 'DELETE_IN_PROGRESS' }]);
      expect(deleted.failures).toEqual([]);
    });

    it('is listed, as its family is', async () => {
      for (const family of ['a', 'b', 'b', 'b', 'c'])
        await ecs().send(new sdk.RegisterTaskDefinitionCommand(definition(family)));
      const revisions = await all(
        sdk.paginateListTaskDefinitions({ client: ecs(), pageSize: 2 }, { familyPrefix: 'b', sort: 'DESC' }),
      );
      expect(revisions.map((page) => page.taskDefinitionArns)).toEqual([
        [arn('task-definition/b:3'), arn('task-definition/b:2')],
        [arn('task-definition/b:1')],
      ]);
      const families = await all(
        sdk.paginateListTaskDefinitionFamilies({ client: ecs(), pageSize: 2 }, { status: 'ACTIVE' }),
      );
      expect(families.flatMap((page) => page.families)).toEqual(['a', 'b', 'c']);
    });
  });
}
