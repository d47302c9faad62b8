import * as sdk from '@aws-sdk/client-ecs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Part } from './ecs-api.contract.js';
import { arn, definition, register, waiting } from './ecs-api.scenes.js';

/** What deploy tools, Terraform's provider and suites of others look for in answers. */
export function toolsContract({ ecs }: Part): void {
  describe('tools of others', () => {
    beforeEach(async () => {
      await register(ecs(), 'web1', 'web2');
      await ecs().send(new sdk.RegisterTaskDefinitionCommand(definition()));
    });
    const vpc = (...subnets: string[]) => ({ awsvpcConfiguration: { subnets } });
    const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 1, base: 0 }];
    const run = (more: Partial<sdk.RunTaskCommandInput> = {}) =>
      ecs().send(new sdk.RunTaskCommand({ taskDefinition: 'web', ...more }));
    const start = (more: Partial<sdk.StartTaskCommandInput> = {}) =>
      ecs().send(new sdk.StartTaskCommand({ taskDefinition: 'web', containerInstances: ['web1'], ...more }));
    const create = (more: Partial<sdk.CreateServiceCommandInput> = {}) =>
      ecs().send(
        new sdk.CreateServiceCommand({
          serviceName: 'site',
          taskDefinition: 'web',
          desiredCount: 0,
          ...more,
        }),
      );
    const remove = (force = false) => ecs().send(new sdk.DeleteServiceCommand({ service: 'site', force }));
    const refusedWith = (call: Promise<unknown>, message: string) =>
      expect(call).rejects.toMatchObject({ name: 'InvalidParameterException', message });

    it('are told apart a cluster that was deleted and one that never was', async () => {
      await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'old' }));
      await ecs().send(new sdk.DeleteClusterCommand({ cluster: 'old' }));
      for (const call of [
        create({ cluster: 'old' }),
        run({ cluster: 'old' }),
        ecs().send(new sdk.ListServicesCommand({ cluster: 'old' })),
        ecs().send(new sdk.UpdateClusterCommand({ cluster: 'old' })),
      ]) {
        await expect(call).rejects.toBeInstanceOf(sdk.ClusterNotFoundException);
        await expect(call).rejects.toThrow('The referenced cluster was inactive.');
      }
      await expect(run({ cluster: 'never' })).rejects.toThrow('Cluster not found.');
    });

    it('find the namespace of a cluster as they gave it, until they take it away', async () => {
      const namespace = { serviceConnectDefaults: { namespace: 'internal' } };
      const made = await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod', ...namespace }));
      expect(made.cluster).toMatchObject(namespace);
      const look = async () =>
        (await ecs().send(new sdk.DescribeClustersCommand({ clusters: ['prod'] }))).clusters?.[0];
      await ecs().send(new sdk.UpdateClusterCommand({ cluster: 'prod' }));
      expect(await look()).toMatchObject(namespace);
      const none = { namespace: '' };
      await ecs().send(new sdk.UpdateClusterCommand({ cluster: 'prod', serviceConnectDefaults: none }));
      expect(await look()).not.toHaveProperty('serviceConnectDefaults');
    });

    it('create a cluster again only as it is', async () => {
      const tags = [
        { key: 'a', value: 'b' },
        { key: 'c', value: 'd' },
      ];
      const settings = [{ name: 'containerInsights' as const, value: 'enabled' }];
      const made = (more: Partial<sdk.CreateClusterCommandInput>) =>
        ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod', ...more }));
      const text =
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).';
      await made({ tags, settings, capacityProviders: ['FARGATE'] });
      for (const same of [{}, { tags: [...tags].reverse() }, { settings, capacityProviders: ['FARGATE'] }])
        expect((await made(same)).cluster?.tags).toEqual(tags);
      for (const other of [
        { tags: tags.slice(1) },
        { settings: [{ name: 'containerInsights' as const, value: 'disabled' }] },
        { capacityProviders: ['FARGATE_SPOT'] },
        { capacityProviders: ['FARGATE', 'FARGATE_SPOT'], defaultCapacityProviderStrategy: spot },
        { configuration: { executeCommandConfiguration: { logging: 'NONE' as const } } },
        { serviceConnectDefaults: { namespace: 'internal' } },
      ])
        await refusedWith(made(other), text);
    });

    it("find Fargate's capacity providers of a cluster as they gave them", async () => {
      const capacity = {
        capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
        defaultCapacityProviderStrategy: spot,
      };
      const made = await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod', ...capacity }));
      expect(made.cluster).toMatchObject(capacity);
      const { clusters } = await ecs().send(new sdk.DescribeClustersCommand({ clusters: ['prod'] }));
      expect(clusters).toMatchObject([capacity]);
    });

    it('read what a definition can run on, in the order of ECS', async () => {
      const of = async (more: Partial<sdk.RegisterTaskDefinitionCommandInput>) =>
        (await ecs().send(new sdk.RegisterTaskDefinitionCommand({ ...definition(), ...more }))).taskDefinition
          ?.compatibilities;
      expect(await of({})).toEqual(['EXTERNAL', 'EC2']);
      expect(await of({ networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'] })).toEqual([
        'EC2',
        'FARGATE',
      ]);
    });

    it('register what was described, without what only answers have', async () => {
      const { taskDefinition = {} } = await ecs().send(
        new sdk.DescribeTaskDefinitionCommand({ taskDefinition: 'web' }),
      );
      const {
        taskDefinitionArn: _arn,
        revision: _revision,
        status: _status,
        requiresAttributes: _attributes,
        compatibilities: _compatibilities,
        registeredAt: _at,
        registeredBy: _by,
        ...input
      } = taskDefinition;
      const given = input as sdk.RegisterTaskDefinitionCommandInput;
      const { taskDefinition: next } = await ecs().send(new sdk.RegisterTaskDefinitionCommand(given));
      expect(next).toMatchObject({ ...input, revision: 2 });
      // As ecs-deploy sends roles that there are none of.
      const roles = { taskRoleArn: '', executionRoleArn: '' };
      const { taskDefinition: last } = await ecs().send(
        new sdk.RegisterTaskDefinitionCommand({ ...given, ...roles }),
      );
      expect(last).toMatchObject({ ...input, revision: 3 });
      expect(last).not.toHaveProperty('taskRoleArn');
    });

    it('are refused a network that the definition has no use for', async () => {
      const text = 'Network Configuration is not valid for the given networkMode of this task definition.';
      const networkConfiguration = vpc('subnet-1');
      await refusedWith(run({ networkConfiguration }), text);
      await refusedWith(start({ networkConfiguration }), text);
      await refusedWith(create({ networkConfiguration }), text);
      await ecs().send(
        new sdk.RegisterTaskDefinitionCommand({ ...definition('own'), networkMode: 'awsvpc' }),
      );
      const own = { taskDefinition: 'own', networkConfiguration: vpc() };
      await refusedWith(run(own), 'subnets can not be empty.');
      await refusedWith(create(own), 'subnets can not be empty.');
    });

    it("are refused a group of a service's for a task of their own", async () => {
      const text = "The group service:site is that of a service's tasks.";
      await refusedWith(run({ group: 'service:site' }), text);
      await refusedWith(start({ group: 'service:site' }), text);
      expect((await run({ group: 'services' })).tasks).toMatchObject([{ group: 'services' }]);
    });

    it('are refused a launch type beside a strategy of capacity providers', async () => {
      const both = { launchType: 'EC2' as const, capacityProviderStrategy: spot };
      const text =
        'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.';
      await refusedWith(run(both), text);
      await refusedWith(create(both), text);
    });

    it('are refused capacity providers for a DAEMON', async () => {
      const daemon = { schedulingStrategy: 'DAEMON' as const, desiredCount: undefined };
      await refusedWith(
        create({ ...daemon, capacityProviderStrategy: spot }),
        'Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy.',
      );
    });

    it('find tasks under the launch type that they asked for', async () => {
      const { tasks: [task] = [] } = await run({ launchType: 'FARGATE' });
      expect(task?.launchType).toBe('FARGATE');
      await create({ desiredCount: 1, launchType: 'FARGATE' });
      await sdk.waitUntilServicesStable(waiting(ecs()), { services: ['site'] });
      const listed = async (launchType: sdk.LaunchType) =>
        (await ecs().send(new sdk.ListTasksCommand({ launchType }))).taskArns;
      expect(await listed('FARGATE')).toHaveLength(2);
      expect(await listed('FARGATE')).toContain(task?.taskArn);
      expect(await listed('EC2')).toEqual([]);
    });

    it('see of a service the role and the strategy that they gave, and no launch type then', async () => {
      await ecs().send(
        new sdk.PutClusterCapacityProvidersCommand({
          cluster: 'default',
          capacityProviders: ['FARGATE_SPOT'],
          defaultCapacityProviderStrategy: [],
        }),
      );
      const { service } = await create({ role: 'ecsServiceRole', capacityProviderStrategy: spot });
      expect(service).toMatchObject({
        roleArn: 'arn:aws:iam::000000000000:role/ecsServiceRole',
        capacityProviderStrategy: spot,
        deployments: [{ capacityProviderStrategy: spot }],
      });
      expect(service).not.toHaveProperty('launchType');
      expect(service?.deployments?.[0]).not.toHaveProperty('launchType');
    });

    it('begin no deployment with an update that changes nothing', async () => {
      await ecs().send(
        new sdk.RegisterTaskDefinitionCommand({ ...definition('own'), networkMode: 'awsvpc' }),
      );
      const serviceConnectConfiguration = { enabled: true, namespace: 'internal' };
      const { service } = await create({
        taskDefinition: 'own',
        networkConfiguration: {
          awsvpcConfiguration: { subnets: ['a'], securityGroups: ['b'], assignPublicIp: 'DISABLED' },
        },
        serviceConnectConfiguration,
      });
      const first = service?.deployments?.[0];
      expect(first).toMatchObject({ serviceConnectConfiguration });
      const update = async (more: Partial<sdk.UpdateServiceCommandInput>) =>
        (await ecs().send(new sdk.UpdateServiceCommand({ service: 'site', ...more }))).service
          ?.deployments?.[0]?.id;
      const lists = { loadBalancers: [], serviceRegistries: [], capacityProviderStrategy: [] };
      expect(await update(lists)).toBe(first?.id);
      const { deploymentConfiguration, placementConstraints, placementStrategy, propagateTags } =
        service ?? {};
      expect(
        await update({
          // In another order.
          networkConfiguration: {
            awsvpcConfiguration: { assignPublicIp: 'DISABLED', securityGroups: ['b'], subnets: ['a'] },
          },
          taskDefinition: service?.taskDefinition,
          deploymentConfiguration,
          placementConstraints,
          placementStrategy,
          propagateTags,
        }),
      ).toBe(first?.id);
      expect(await update({ networkConfiguration: vpc('other') })).not.toBe(first?.id);
    });

    it('find the service deployment of the PRIMARY deployment, as Terraform does', async () => {
      const before = new Date(Date.now() - 1000);
      const { service } = await create({ desiredCount: 1 });
      const revision = service?.deployments?.[0]?.id?.replace('ecs-svc/', '') ?? 'none';
      const { serviceDeployments: [found] = [] } = await ecs().send(
        new sdk.ListServiceDeploymentsCommand({ service: 'site', createdAt: { after: before } }),
      );
      expect(found?.targetServiceRevisionArn).toBe(arn(`service-revision/default/site/${revision}`));
      await sdk.waitUntilServicesStable(waiting(ecs()), { services: ['site'] });
      const status = async () =>
        (
          await ecs().send(
            new sdk.DescribeServiceDeploymentsCommand({
              serviceDeploymentArns: [found?.serviceDeploymentArn ?? ''],
            }),
          )
        ).serviceDeployments?.[0]?.status;
      await expect.poll(status, { timeout: 10_000 }).toBe('SUCCESSFUL');
      const { service: next } = await ecs().send(
        new sdk.UpdateServiceCommand({ service: 'site', forceNewDeployment: true }),
      );
      const number = next?.deployments?.[0]?.id?.replace('ecs-svc/', '') ?? 'none';
      const { serviceDeployments = [] } = await ecs().send(
        new sdk.ListServiceDeploymentsCommand({ service: 'site' }),
      );
      expect(number).not.toBe(revision);
      expect(serviceDeployments.map(({ targetServiceRevisionArn: of }) => of?.split('/').at(-1))).toEqual([
        number,
        revision,
      ]);
    });

    it('are refused a second service of a name, where no client token says that it is the same', async () => {
      await create();
      await refusedWith(create(), 'Creation of service was not idempotent.');
      await refusedWith(
        create({ clientToken: 'other', desiredCount: 1 }),
        'Creation of service was not idempotent.',
      );
    });

    it('delete a service as often as they like', async () => {
      await create({ desiredCount: 1 });
      await sdk.waitUntilServicesStable(waiting(ecs()), { services: ['site'] });
      await refusedWith(remove(), 'The service cannot be stopped while it is scaled above 0.');
      expect((await remove(true)).service?.status).toBe('DRAINING');
      expect((await remove()).service?.status).toMatch(/^(DRAINING|INACTIVE)$/);
      await sdk.waitUntilServicesInactive(waiting(ecs()), { services: ['site'] });
      expect((await remove()).service).toMatchObject({
        serviceArn: arn('service/default/site'),
        status: 'INACTIVE',
        desiredCount: 0,
      });
    });
  });
}
