import * as sdk from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import type { Part } from './ecs-api.contract.js';
import { all, arn, register } from './ecs-api.scenes.js';

/** Clusters, hosts, attributes, tags and settings. */
export function clustersContract({ ecs }: Part): void {
  describe('a cluster', () => {
    const empty = {
      clusterArn: arn('cluster/prod'),
      clusterName: 'prod',
      status: 'ACTIVE',
      registeredContainerInstancesCount: 0,
      runningTasksCount: 0,
      pendingTasksCount: 0,
      activeServicesCount: 0,
      statistics: [],
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    };
    const tags = [{ key: 'team', value: 'ops' }];

    it('is made with all that AWS tells of it', async () => {
      const { cluster } = await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod', tags }));
      expect(cluster).toMatchObject({ ...empty, tags });
      expect(cluster).not.toHaveProperty('network');
    });

    it('is described, with tags and settings where they are asked for', async () => {
      await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod', tags }));
      const plain = await ecs().send(new sdk.DescribeClustersCommand({ clusters: ['prod'] }));
      expect(plain.clusters).toEqual([{ ...empty, tags: [], settings: [] }]);
      expect(plain.failures).toEqual([]);
      const full = await ecs().send(
        new sdk.DescribeClustersCommand({
          clusters: ['prod', 'gone'],
          include: ['TAGS', 'SETTINGS', 'STATISTICS'],
        }),
      );
      expect(full.clusters?.[0]).toMatchObject({
        tags,
        settings: [{ name: 'containerInsights', value: 'disabled' }],
      });
      expect(full.clusters?.[0]?.statistics?.length).toBeGreaterThan(0);
      expect(full.failures).toEqual([{ arn: arn('cluster/gone'), reason: 'MISSING' }]);
    });

    it('is changed', async () => {
      const settings = [{ name: 'containerInsights' as const, value: 'enabled' }];
      await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod' }));
      const one = await ecs().send(new sdk.UpdateClusterSettingsCommand({ cluster: 'prod', settings }));
      expect(one.cluster?.settings).toEqual(settings);
      const other = await ecs().send(
        new sdk.UpdateClusterCommand({
          cluster: 'prod',
          settings: [{ name: 'containerInsights', value: 'disabled' }],
        }),
      );
      expect(other.cluster?.settings?.[0]?.value).toBe('disabled');
    });

    it('that is not there is a ClusterNotFoundException', async () => {
      const asked = ecs().send(new sdk.ListTasksCommand({ cluster: 'nowhere' }));
      await expect(asked).rejects.toBeInstanceOf(sdk.ClusterNotFoundException);
      await expect(asked).rejects.toMatchObject({
        name: 'ClusterNotFoundException',
        message: 'Cluster not found.',
        $fault: 'client',
      });
    });

    it('is deleted when it is empty, and INACTIVE then', async () => {
      await register(ecs(), 'web1');
      const refused = ecs().send(new sdk.DeleteClusterCommand({ cluster: 'default' }));
      await expect(refused).rejects.toBeInstanceOf(sdk.ClusterContainsContainerInstancesException);
      await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod' }));
      const { cluster } = await ecs().send(new sdk.DeleteClusterCommand({ cluster: 'prod' }));
      expect(cluster).toMatchObject({ clusterName: 'prod', status: 'INACTIVE' });
      expect((await ecs().send(new sdk.ListClustersCommand({}))).clusterArns).toEqual([
        arn('cluster/default'),
      ]);
    });

    it('is one of many that come page by page', async () => {
      const names = Array.from({ length: 7 }, (_, n) => `c${n}`);
      for (const clusterName of names) await ecs().send(new sdk.CreateClusterCommand({ clusterName }));
      const pages = await all(sdk.paginateListClusters({ client: ecs(), pageSize: 3 }, {}));
      expect(pages.map(({ clusterArns }) => clusterArns?.length)).toEqual([3, 3, 1]);
      expect(pages.flatMap(({ clusterArns }) => clusterArns)).toEqual(
        names.map((name) => arn(`cluster/${name}`)),
      );
      expect(pages.at(-1)).not.toHaveProperty('nextToken');
      const wrong = ecs().send(new sdk.ListClustersCommand({ nextToken: 'made up' }));
      await expect(wrong).rejects.toBeInstanceOf(sdk.InvalidParameterException);
    });

    it("has the caller's region in its ARN", async () => {
      const { cluster } = await ecs('eu-west-1').send(new sdk.CreateClusterCommand({ clusterName: 'prod' }));
      expect(cluster?.clusterArn).toBe(arn('cluster/prod', 'eu-west-1'));
      const { clusterArns } = await ecs('us-east-2').send(new sdk.ListClustersCommand({}));
      expect(clusterArns).toEqual([arn('cluster/prod', 'us-east-2')]);
      const { clusters } = await ecs('us-east-2').send(
        new sdk.DescribeClustersCommand({ clusters: [cluster?.clusterArn ?? ''] }),
      );
      expect(clusters?.[0]?.clusterArn).toBe(arn('cluster/prod', 'us-east-2'));
    });
  });

  describe('a host', () => {
    it('is registered by the attribute longshore.host', async () => {
      const { containerInstance } = await ecs().send(
        new sdk.RegisterContainerInstanceCommand({
          attributes: [
            { name: 'longshore.host', value: 'ssh://ops@web1:2222' },
            { name: 'rack', value: 'r1' },
          ],
          tags: [{ key: 'a', value: 'b' }],
        }),
      );
      expect(containerInstance).toMatchObject({
        status: 'ACTIVE',
        agentConnected: true,
        runningTasksCount: 0,
        pendingTasksCount: 0,
        registeredAt: expect.any(Date) as Date,
        tags: [{ key: 'a', value: 'b' }],
        containerInstanceArn: expect.stringMatching(
          /^arn:aws:ecs:local:000000000000:container-instance\/default\/[0-9a-f]{32}$/,
        ) as string,
      });
      expect(containerInstance?.attributes).toContainEqual({ name: 'rack', value: 'r1' });
      expect(containerInstance?.registeredResources?.find(({ name }) => name === 'CPU')).toMatchObject({
        type: 'INTEGER',
        integerValue: 2048,
      });
    });

    it('that is not named, or does not answer, is refused', async () => {
      const unnamed = ecs().send(new sdk.RegisterContainerInstanceCommand({}));
      await expect(unnamed).rejects.toBeInstanceOf(sdk.InvalidParameterException);
      await expect(unnamed).rejects.toThrow('name=longshore.host,value=ssh://USER@HOST');
    });

    it('that is named twice is refused', async () => {
      const attributes = ['web1', 'web2'].map((value) => ({ name: 'longshore.host', value }));
      const twice = ecs().send(new sdk.RegisterContainerInstanceCommand({ attributes }));
      await expect(twice).rejects.toBeInstanceOf(sdk.InvalidParameterException);
    });

    it('is listed, described, drained and taken out', async () => {
      const [web1 = '', web2 = ''] = await register(ecs(), 'web1', 'web2');
      const pages = await all(sdk.paginateListContainerInstances({ client: ecs(), pageSize: 1 }, {}));
      expect(pages.flatMap((page) => page.containerInstanceArns).sort()).toEqual([web1, web2].sort());
      const gone = arn(`container-instance/default/${'0'.repeat(32)}`);
      const described = await ecs().send(
        new sdk.DescribeContainerInstancesCommand({ containerInstances: [web1, gone] }),
      );
      expect(described.containerInstances?.map((each) => each.containerInstanceArn)).toEqual([web1]);
      expect(described.containerInstances?.[0]?.tags).toEqual([]);
      const { version = 0 } = described.containerInstances?.[0] ?? {};
      expect(described.failures).toEqual([{ arn: gone, reason: 'MISSING' }]);
      const drained = await ecs().send(
        new sdk.UpdateContainerInstancesStateCommand({ containerInstances: [web1], status: 'DRAINING' }),
      );
      expect(drained.containerInstances).toMatchObject([{ status: 'DRAINING', version: version + 1 }]);
      const { containerInstanceArns } = await ecs().send(
        new sdk.ListContainerInstancesCommand({ status: 'DRAINING' }),
      );
      expect(containerInstanceArns).toEqual([web1]);
      const { containerInstance } = await ecs().send(
        new sdk.DeregisterContainerInstanceCommand({ containerInstance: web1, force: true }),
      );
      expect(containerInstance).toMatchObject({ containerInstanceArn: web1, status: 'INACTIVE' });
    });

    it('has no agent to update', async () => {
      const [containerInstance = ''] = await register(ecs(), 'web1');
      const asked = ecs().send(new sdk.UpdateContainerAgentCommand({ containerInstance }));
      await expect(asked).rejects.toBeInstanceOf(sdk.NoUpdateAvailableException);
    });

    it('has attributes', async () => {
      const [targetId = ''] = await register(ecs(), 'web1');
      const attribute = { name: 'stack', value: 'production', targetId };
      const put = await ecs().send(new sdk.PutAttributesCommand({ attributes: [attribute] }));
      expect(put.attributes).toMatchObject([{ name: 'stack', value: 'production', targetId }]);
      const listed = await all(
        sdk.paginateListAttributes(
          { client: ecs() },
          { targetType: 'container-instance', attributeName: 'stack' },
        ),
      );
      expect(listed.flatMap(({ attributes }) => attributes)).toEqual([
        { name: 'stack', value: 'production', targetId },
      ]);
      const { attributes } = await ecs().send(
        new sdk.DeleteAttributesCommand({ attributes: [{ name: 'stack', targetId }] }),
      );
      expect(attributes).toMatchObject([{ name: 'stack', targetId }]);
      const unknown = ecs().send(
        new sdk.PutAttributesCommand({ attributes: [{ ...attribute, targetId: '0'.repeat(32) }] }),
      );
      await expect(unknown).rejects.toBeInstanceOf(sdk.TargetNotFoundException);
      const tooMany = Array.from({ length: 11 }, (_, n) => ({ name: `a${n}`, targetId }));
      const refused = async () => {
        await ecs().send(new sdk.PutAttributesCommand({ attributes: tooMany.slice(0, 6) }));
        await ecs().send(new sdk.PutAttributesCommand({ attributes: tooMany.slice(6) }));
      };
      await expect(refused()).rejects.toBeInstanceOf(sdk.AttributeLimitExceededException);
    });
  });

  it('tags', async () => {
    await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod' }));
    const resourceArn = arn('cluster/prod');
    const tags = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ];
    await ecs().send(new sdk.TagResourceCommand({ resourceArn, tags }));
    expect((await ecs().send(new sdk.ListTagsForResourceCommand({ resourceArn }))).tags).toEqual(tags);
    await ecs().send(new sdk.UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
    expect((await ecs().send(new sdk.ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([tags[1]]);
    const wrong = ecs().send(new sdk.ListTagsForResourceCommand({ resourceArn: arn('cluster/gone') }));
    await expect(wrong).rejects.toBeInstanceOf(sdk.ECSServiceException);
  });

  it('account settings', async () => {
    const setting = { name: 'containerInsights' as const, value: 'enabled' };
    const put = await ecs().send(new sdk.PutAccountSettingCommand(setting));
    expect(put.setting).toMatchObject(setting);
    await ecs().send(new sdk.PutAccountSettingDefaultCommand(setting));
    const pages = await all(
      sdk.paginateListAccountSettings(
        { client: ecs() },
        { effectiveSettings: true, name: 'containerInsights' },
      ),
    );
    expect(pages.flatMap(({ settings }) => settings)).toMatchObject([setting]);
    const { setting: back } = await ecs().send(
      new sdk.DeleteAccountSettingCommand({ name: 'containerInsights' }),
    );
    expect(back?.name).toBe('containerInsights');
  });

  it('capacity providers: those that every account has', async () => {
    const { capacityProviders, failures } = await ecs().send(
      new sdk.DescribeCapacityProvidersCommand({ capacityProviders: ['FARGATE', 'spare'] }),
    );
    expect(capacityProviders).toMatchObject([{ name: 'FARGATE', status: 'ACTIVE' }]);
    expect(failures).toMatchObject([{ reason: 'MISSING' }]);
  });

  it('capacity providers of a cluster: those that every account has, kept and shown', async () => {
    await ecs().send(new sdk.CreateClusterCommand({ clusterName: 'prod' }));
    const put = (capacityProviders: string[], inStrategy = capacityProviders, cluster = 'prod') =>
      ecs().send(
        new sdk.PutClusterCapacityProvidersCommand({
          cluster,
          capacityProviders,
          defaultCapacityProviderStrategy: inStrategy.map((capacityProvider) => ({ capacityProvider })),
        }),
      );
    const none = {
      clusterArn: arn('cluster/prod'),
      clusterName: 'prod',
      status: 'ACTIVE',
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    };
    expect((await put([])).cluster).toMatchObject(none);
    const both = ['FARGATE', 'FARGATE_SPOT'];
    const kept = { ...none, capacityProviders: both };
    expect((await put(both, [], arn('cluster/prod'))).cluster).toMatchObject(kept);
    const strategy = [{ capacityProvider: 'FARGATE', weight: 0, base: 0 }];
    const withStrategy = {
      ...none,
      capacityProviders: ['FARGATE'],
      defaultCapacityProviderStrategy: strategy,
    };
    expect((await put(['FARGATE'])).cluster).toMatchObject(withStrategy);
    const shown = await ecs().send(new sdk.DescribeClustersCommand({ clusters: ['prod'] }));
    expect(shown.clusters).toMatchObject([withStrategy]);
    for (const refused of [put(['asg']), put([], ['asg'])]) {
      await expect(refused).rejects.toBeInstanceOf(sdk.InvalidParameterException);
      await expect(refused).rejects.toThrow('The specified capacity provider was not found.');
    }
    expect((await put([])).cluster).toMatchObject(none);
    await expect(put([], [], 'gone')).rejects.toBeInstanceOf(sdk.ClusterNotFoundException);
  });
}
