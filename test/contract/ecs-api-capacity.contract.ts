import * as sdk from '@aws-sdk/client-ecs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Part } from './ecs-api.contract.js';
import { definition, register, waiting } from './ecs-api.scenes.js';

type Strategy = sdk.CapacityProviderStrategyItem[];

const FORCE =
  'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.';
const STRANGER =
  'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.';
const WEIGHTLESS =
  'There are no capacity providers with a weight value greater than zero in the capacity provider strategy.';
const WEIGHTLESS_DEFAULT =
  "There are no capacity providers with a weight value greater than zero defined in the default capacity provider strategy. At least one capacity provider must have a weight value greater than zero specified. Update the cluster's default capacity provider strategy or specify a valid capacity provider strategy and try again.";

/** Launch types, capacity providers and platforms: what tasks and services are shown under, wherever they run. */
export function capacityContract({ ecs }: Part): void {
  describe('capacity', () => {
    beforeEach(async () => {
      await register(ecs(), 'web1', 'web2');
      await ecs().send(new sdk.RegisterTaskDefinitionCommand(definition()));
      await put(['FARGATE', 'FARGATE_SPOT']);
    });
    const put = (capacityProviders: string[], defaultCapacityProviderStrategy: Strategy = []) =>
      ecs().send(
        new sdk.PutClusterCapacityProvidersCommand({
          cluster: 'default',
          capacityProviders,
          defaultCapacityProviderStrategy,
        }),
      );
    const run = async (more: Partial<sdk.RunTaskCommandInput> = {}) =>
      (await ecs().send(new sdk.RunTaskCommand({ taskDefinition: 'web', ...more }))).tasks ?? [];
    const create = async (more: Partial<sdk.CreateServiceCommandInput> = {}) =>
      (
        await ecs().send(
          new sdk.CreateServiceCommand({
            serviceName: 'site',
            taskDefinition: 'web',
            desiredCount: 0,
            ...more,
          }),
        )
      ).service;
    const update = async (more: Partial<sdk.UpdateServiceCommandInput> = {}) =>
      (await ecs().send(new sdk.UpdateServiceCommand({ service: 'site', ...more }))).service;
    const refusedWith = (call: Promise<unknown>, message: string) =>
      expect(call).rejects.toMatchObject({ name: 'InvalidParameterException', message });
    const by = (capacityProvider: string, weight?: number, base?: number) => ({
      capacityProvider,
      ...(weight !== undefined && { weight }),
      ...(base !== undefined && { base }),
    });
    const fargate = [by('FARGATE', 1)];
    const filled = [by('FARGATE', 1, 0)];
    const latest = { platformVersion: '1.4.0', platformFamily: 'Linux' };

    it('of a cluster is refused where the cluster could not have it', async () => {
      const refused: [string[], Strategy, string][] = [
        [['asg'], [], 'The specified capacity provider was not found.'],
        [['FARGATE'], [by('FARGATE_SPOT', 1)], STRANGER],
        [['FARGATE'], [by('FARGATE', -1)], 'The weight of FARGATE must be 0 to 1000, but was -1.'],
        [['FARGATE'], [by('FARGATE', 2000)], 'The weight of FARGATE must be 0 to 1000, but was 2000.'],
        [['FARGATE'], [by('FARGATE', 1, -3)], 'The base of FARGATE must be 0 to 100000, but was -3.'],
        [
          ['FARGATE', 'FARGATE_SPOT'],
          [by('FARGATE', 1, 1), by('FARGATE_SPOT', 1, 1)],
          'Only one capacity provider of a strategy can have a base.',
        ],
      ];
      for (const [capacityProviders, strategy, message] of refused) {
        const make = () =>
          ecs().send(
            new sdk.CreateClusterCommand({
              clusterName: 'prod',
              capacityProviders,
              defaultCapacityProviderStrategy: strategy,
            }),
          );
        for (const call of [() => put(capacityProviders, strategy), make]) {
          const refusal = call();
          await expect(refusal).rejects.toBeInstanceOf(sdk.InvalidParameterException);
          await expect(refusal).rejects.toThrow(message);
        }
      }
      const { clusters } = await ecs().send(new sdk.DescribeClustersCommand({ clusters: ['prod'] }));
      expect(clusters).toEqual([]);
    });

    it('of tasks and services is refused where the cluster could not follow it', async () => {
      await put(['FARGATE']);
      const refused: [Strategy, string][] = [
        [[by('nope', 1)], STRANGER],
        [[by('FARGATE_SPOT', 1)], STRANGER],
        [[by('FARGATE', 0)], WEIGHTLESS],
        [[by('FARGATE', 2000)], 'The weight of FARGATE must be 0 to 1000, but was 2000.'],
      ];
      await create({ serviceName: 'other' });
      for (const [capacityProviderStrategy, message] of refused) {
        const changed = { service: 'other', capacityProviderStrategy, forceNewDeployment: true };
        await refusedWith(run({ capacityProviderStrategy }), message);
        await refusedWith(create({ capacityProviderStrategy }), message);
        await refusedWith(update(changed), message);
      }
    });

    it('of a cluster starts nothing by default where none has a weight', async () => {
      await put(['FARGATE'], [by('FARGATE', 0)]);
      await refusedWith(run(), WEIGHTLESS_DEFAULT);
      await refusedWith(create(), WEIGHTLESS_DEFAULT);
      await refusedWith(run({ capacityProviderStrategy: [by('FARGATE', 0)] }), WEIGHTLESS);
    });

    it('is what tasks are shown and listed under', async () => {
      const strategy = [by('FARGATE', 0, 1), by('FARGATE_SPOT', 1)];
      const tasks = await run({ count: 3, capacityProviderStrategy: strategy });
      const [first, ...others] = tasks;
      expect(first).toMatchObject({ launchType: 'FARGATE', capacityProviderName: 'FARGATE', ...latest });
      for (const task of others)
        expect(task).toMatchObject({ launchType: 'FARGATE', capacityProviderName: 'FARGATE_SPOT' });
      const { taskArns } = await ecs().send(new sdk.ListTasksCommand({ launchType: 'FARGATE' }));
      expect(taskArns).toHaveLength(3);
      const [own] = await run({ launchType: 'FARGATE', platformVersion: '1.3.0' });
      expect(own).toMatchObject({ launchType: 'FARGATE', ...latest, platformVersion: '1.3.0' });
      expect(own).not.toHaveProperty('capacityProviderName');
      const [plain] = await run();
      expect(plain?.launchType).toBe('EC2');
      for (const member of ['capacityProviderName', 'platformVersion', 'platformFamily'])
        expect(plain).not.toHaveProperty(member);
    });

    it('is the default strategy of the cluster where nothing is asked for', async () => {
      await put(['FARGATE'], fargate);
      const [task] = await run();
      expect(task).toMatchObject({ launchType: 'FARGATE', capacityProviderName: 'FARGATE' });
      const [own] = await run({ launchType: 'EC2' });
      expect(own?.launchType).toBe('EC2');
      const service = await create({ desiredCount: 1 });
      expect(service).toMatchObject({
        capacityProviderStrategy: filled,
        platformVersion: 'LATEST',
        platformFamily: 'Linux',
        deployments: [{ capacityProviderStrategy: filled, ...latest }],
      });
      expect(service).not.toHaveProperty('launchType');
      await sdk.waitUntilServicesStable(waiting(ecs()), { services: ['site'] });
      const { taskArns = [] } = await ecs().send(new sdk.ListTasksCommand({ serviceName: 'site' }));
      const { tasks } = await ecs().send(new sdk.DescribeTasksCommand({ tasks: taskArns }));
      expect(tasks).toMatchObject([{ launchType: 'FARGATE', capacityProviderName: 'FARGATE', ...latest }]);
      // A DAEMON takes no strategy.
      const daemon = await create({
        serviceName: 'agent',
        schedulingStrategy: 'DAEMON',
        desiredCount: undefined,
      });
      expect(daemon?.launchType).toBe('EC2');
    });

    it('of a service changes with a forced deployment only', async () => {
      const first = (await create())?.deployments?.[0]?.id;
      await refusedWith(update({ capacityProviderStrategy: fargate }), FORCE);
      const switched = await update({ capacityProviderStrategy: fargate, forceNewDeployment: true });
      expect(switched).toMatchObject({ capacityProviderStrategy: filled });
      const second = switched?.deployments?.[0]?.id;
      expect(second).not.toBe(first);
      // The same, said in full.
      expect((await update({ capacityProviderStrategy: filled }))?.deployments?.[0]?.id).toBe(second);
      await refusedWith(update({ capacityProviderStrategy: [by('FARGATE_SPOT', 1)] }), FORCE);
      await refusedWith(update({ capacityProviderStrategy: [] }), FORCE);
      const back = await update({ capacityProviderStrategy: [], forceNewDeployment: true });
      expect(back?.launchType).toBe('EC2');
      expect(back).not.toHaveProperty('platformVersion');
    });

    it("of Fargate has a platform, and EC2's none", async () => {
      const text = 'The platform version must be null when specifying an EC2 launch type.';
      const platformVersion = '1.4.0';
      await refusedWith(run({ platformVersion }), text);
      await refusedWith(create({ platformVersion, launchType: 'EC2' }), text);
      await create();
      await refusedWith(update({ platformVersion }), text);
      const service = await create({ serviceName: 'far', launchType: 'FARGATE' });
      expect(service).toMatchObject({
        launchType: 'FARGATE',
        platformVersion: 'LATEST',
        platformFamily: 'Linux',
        deployments: [{ launchType: 'FARGATE', ...latest }],
      });
      const id = service?.deployments?.[0]?.id ?? 'none';
      const same = await update({ service: 'far', platformVersion: 'LATEST' });
      expect(same?.deployments?.[0]?.id).toBe(id);
      const { serviceRevisions } = await ecs().send(
        new sdk.DescribeServiceRevisionsCommand({
          serviceRevisionArns: [service?.currentServiceRevisions?.[0]?.arn ?? ''],
        }),
      );
      expect(serviceRevisions).toMatchObject([{ launchType: 'FARGATE', ...latest }]);
      expect(await update({ service: 'far', platformVersion: '1.3.0' })).toMatchObject({
        platformVersion: '1.3.0',
        deployments: [{ platformVersion: '1.3.0' }],
      });
    });
  });
}
