import * as sdk from '@aws-sdk/client-ecs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Part } from './ecs-api.contract.js';
import { all, arn, definition, register, waiting } from './ecs-api.scenes.js';

export function servicesContract({ ecs }: Part): void {
  describe('a service', () => {
    beforeEach(async () => {
      await register(ecs(), 'web1', 'web2');
      await ecs().send(new sdk.RegisterTaskDefinitionCommand(definition()));
    });
    const create = (more: Partial<sdk.CreateServiceCommandInput> = {}) =>
      ecs().send(
        new sdk.CreateServiceCommand({
          serviceName: 'site',
          taskDefinition: 'web',
          desiredCount: 2,
          ...more,
        }),
      );
    const described = async (service = 'site') =>
      (await ecs().send(new sdk.DescribeServicesCommand({ services: [service] }))).services?.[0];
    const stable = (service = 'site') => sdk.waitUntilServicesStable(waiting(ecs()), { services: [service] });

    it('is made, becomes stable, is rolled, scaled and deleted', async () => {
      const { service } = await create({ tags: [{ key: 'a', value: 'b' }] });
      expect(service).toMatchObject({
        serviceArn: arn('service/default/site'),
        serviceName: 'site',
        clusterArn: arn('cluster/default'),
        status: 'ACTIVE',
        desiredCount: 2,
        runningCount: 0,
        pendingCount: 0,
        launchType: 'EC2',
        schedulingStrategy: 'REPLICA',
        taskDefinition: arn('task-definition/web:1'),
        createdAt: expect.any(Date) as Date,
        loadBalancers: [],
        serviceRegistries: [],
        events: [],
        placementConstraints: [],
        placementStrategy: [],
        tags: [{ key: 'a', value: 'b' }],
        deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
      });
      expect(service?.deployments).toMatchObject([
        {
          id: expect.stringMatching(/^ecs-svc\/\d{19}$/) as string,
          status: 'PRIMARY',
          rolloutState: 'IN_PROGRESS',
          desiredCount: 2,
          createdAt: expect.any(Date) as Date,
        },
      ]);
      await stable();
      const one = await described();
      expect(one).toMatchObject({ runningCount: 2, pendingCount: 0 });
      expect(one).not.toHaveProperty('tags');
      expect(one?.deployments).toMatchObject([{ status: 'PRIMARY', runningCount: 2 }]);
      const { taskArns } = await ecs().send(new sdk.ListTasksCommand({ serviceName: 'site' }));
      expect(taskArns).toHaveLength(2);
      const { tasks: [task] = [] } = await ecs().send(
        new sdk.DescribeTasksCommand({ tasks: taskArns ?? [] }),
      );
      expect(task).toMatchObject({ group: 'service:site', startedBy: service?.deployments?.[0]?.id });

      await ecs().send(new sdk.RegisterTaskDefinitionCommand(definition()));
      const rolled = await ecs().send(
        new sdk.UpdateServiceCommand({ service: 'site', taskDefinition: 'web', desiredCount: 1 }),
      );
      expect(rolled.service?.deployments?.map(({ status }) => status)).toEqual(['PRIMARY', 'ACTIVE']);
      await stable();
      const two = await described();
      expect(two).toMatchObject({ runningCount: 1, taskDefinition: arn('task-definition/web:2') });
      expect(two?.deployments).toHaveLength(1);
      expect(two?.events?.[0]?.createdAt).toBeInstanceOf(Date);

      const early = ecs().send(new sdk.DeleteServiceCommand({ service: 'site' }));
      await expect(early).rejects.toBeInstanceOf(sdk.InvalidParameterException);
      const deleted = await ecs().send(new sdk.DeleteServiceCommand({ service: 'site', force: true }));
      expect(deleted.service?.status).toBe('DRAINING');
      await sdk.waitUntilServicesInactive(waiting(ecs()), { services: ['site'] });
      expect(await described()).toMatchObject({ status: 'INACTIVE', runningCount: 0 });
      const gone = ecs().send(new sdk.UpdateServiceCommand({ service: 'site', desiredCount: 1 }));
      await expect(gone).rejects.toBeInstanceOf(sdk.ServiceNotActiveException);
    });

    it('with a client token is made once', async () => {
      const first = await create({ clientToken: 'token' });
      const byArn = { cluster: arn('cluster/default'), taskDefinition: arn('task-definition/web') };
      const again = await create({ clientToken: 'token', ...byArn });
      expect(again.service?.deployments?.[0]?.id).toBe(first.service?.deployments?.[0]?.id);
      const other = create({ clientToken: 'token', serviceName: 'other' });
      await expect(other).rejects.toBeInstanceOf(sdk.InvalidParameterException);
      const { serviceArns } = await ecs().send(new sdk.ListServicesCommand({}));
      expect(serviceArns).toEqual([arn('service/default/site')]);
    });

    it('that nobody knows is refused, or a failure that the waiters end with', async () => {
      const update = ecs().send(new sdk.UpdateServiceCommand({ service: 'gone', desiredCount: 1 }));
      await expect(update).rejects.toBeInstanceOf(sdk.ServiceNotFoundException);
      const { failures } = await ecs().send(new sdk.DescribeServicesCommand({ services: ['gone'] }));
      expect(failures).toEqual([{ arn: arn('service/default/gone'), reason: 'MISSING' }]);
      await expect(stable('gone')).rejects.toThrow();
      await expect(sdk.waitUntilServicesInactive(waiting(ecs()), { services: ['gone'] })).rejects.toThrow();
    });

    it('is one of many that come page by page', async () => {
      for (let n = 0; n < 12; n++) await create({ serviceName: `s${n}`, desiredCount: 0 });
      const { serviceArns, nextToken } = await ecs().send(new sdk.ListServicesCommand({}));
      expect(serviceArns).toHaveLength(10);
      expect(nextToken).toEqual(expect.any(String));
      const pages = await all(sdk.paginateListServices({ client: ecs(), pageSize: 5 }, {}));
      expect(pages.map((page) => page.serviceArns?.length)).toEqual([5, 5, 2]);
    });

    it('is listed by its namespace', async () => {
      await create({
        serviceConnectConfiguration: { enabled: true, namespace: 'internal' },
        desiredCount: 0,
      });
      await create({ serviceName: 'other', desiredCount: 0 });
      const pages = await all(
        sdk.paginateListServicesByNamespace({ client: ecs() }, { namespace: 'internal' }),
      );
      expect(pages.flatMap((page) => page.serviceArns)).toEqual([arn('service/default/site')]);
      const none = ecs().send(new sdk.ListServicesByNamespaceCommand({ namespace: 'nowhere' }));
      await expect(none).rejects.toBeInstanceOf(sdk.NamespaceNotFoundException);
    });

    it('has deployments and revisions', async () => {
      await create();
      await stable();
      const { serviceDeployments = [] } = await ecs().send(
        new sdk.ListServiceDeploymentsCommand({ service: 'site' }),
      );
      expect(serviceDeployments).toMatchObject([
        {
          serviceArn: arn('service/default/site'),
          clusterArn: arn('cluster/default'),
          createdAt: expect.any(Date) as Date,
        },
      ]);
      const deploymentArn = serviceDeployments[0]?.serviceDeploymentArn ?? '';
      const revisionArn = serviceDeployments[0]?.targetServiceRevisionArn ?? '';
      const deployments = await ecs().send(
        new sdk.DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [deploymentArn] }),
      );
      expect(deployments.serviceDeployments).toMatchObject([
        { serviceDeploymentArn: deploymentArn, targetServiceRevision: { arn: revisionArn } },
      ]);
      const revisions = await ecs().send(
        new sdk.DescribeServiceRevisionsCommand({ serviceRevisionArns: [revisionArn] }),
      );
      expect(revisions.serviceRevisions).toMatchObject([
        { serviceRevisionArn: revisionArn, taskDefinition: arn('task-definition/web:1') },
      ]);
      const unknown = ecs().send(
        new sdk.StopServiceDeploymentCommand({
          serviceDeploymentArn: arn('service-deployment/default/site/abcdefghijklmnopqrstu'),
        }),
      );
      await expect(unknown).rejects.toBeInstanceOf(sdk.ServiceDeploymentNotFoundException);
    });

    it('has deployments that its ARN alone finds', async () => {
      await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod' }));
      const { service } = await create({ cluster: 'prod', desiredCount: 0 });
      const list = (cluster?: string) =>
        ecs().send(new sdk.ListServiceDeploymentsCommand({ service: service?.serviceArn, cluster }));
      expect((await list()).serviceDeployments).toMatchObject([{ clusterArn: arn('cluster/prod') }]);
      await expect(list('default')).rejects.toThrow(
        'Identifier is for cluster prod. Your cluster is default',
      );
    });

    it('has no alarms, and nothing of volumes that only AWS has', async () => {
      const { service } = await create({
        desiredCount: 0,
        volumeConfigurations: [{ name: 'data', managedEBSVolume: { roleArn: 'arn:aws:iam::0:role/x' } }],
      });
      const alarms = { alarmNames: [], rollback: false, enable: false };
      expect(service?.deploymentConfiguration?.alarms).toEqual(alarms);
      expect(service?.deployments?.[0]).not.toHaveProperty('volumeConfigurations');
      const { serviceDeployments: [listed] = [] } = await ecs().send(
        new sdk.ListServiceDeploymentsCommand({ service: 'site' }),
      );
      const { serviceDeployments } = await ecs().send(
        new sdk.DescribeServiceDeploymentsCommand({
          serviceDeploymentArns: [listed?.serviceDeploymentArn ?? ''],
        }),
      );
      expect(serviceDeployments).toMatchObject([
        { alarms: { status: 'DISABLED' }, deploymentConfiguration: { alarms } },
      ]);
    });

    it('is rolled by a deployment that takes the place of the one before it step by step', async () => {
      await create();
      await stable();
      const { service } = await ecs().send(
        new sdk.UpdateServiceCommand({ service: 'site', forceNewDeployment: true }),
      );
      expect(service?.desiredCount).toBe(2);
      // Who keeps the service beside this may have begun.
      const [primary, active] = service?.deployments ?? [];
      const { runningCount = 0, pendingCount = 0 } = primary ?? {};
      expect(primary).toMatchObject({ status: 'PRIMARY', desiredCount: runningCount + pendingCount });
      expect(active).toMatchObject({ status: 'ACTIVE', desiredCount: 2, runningCount: 2 });
      await stable();
      expect((await described())?.deployments).toMatchObject([
        { status: 'PRIMARY', desiredCount: 2, runningCount: 2 },
      ]);
    });

    it('has tasks that can be protected', async () => {
      await create({ desiredCount: 1 });
      await stable();
      const { taskArns = [] } = await ecs().send(new sdk.ListTasksCommand({ serviceName: 'site' }));
      const put = await ecs().send(
        new sdk.UpdateTaskProtectionCommand({
          cluster: 'default',
          tasks: taskArns,
          protectionEnabled: true,
          expiresInMinutes: 60,
        }),
      );
      expect(put.protectedTasks).toMatchObject([
        { taskArn: taskArns[0], protectionEnabled: true, expirationDate: expect.any(Date) as Date },
      ]);
      const got = await ecs().send(new sdk.GetTaskProtectionCommand({ cluster: 'default', tasks: taskArns }));
      expect(got.protectedTasks).toEqual(put.protectedTasks);
      expect(got.failures).toEqual([]);
    });
  });
}
