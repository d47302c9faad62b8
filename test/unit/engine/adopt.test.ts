import { describe, expect, it } from 'vitest';
import { cluster, definition, fakeHost, hostOf, idOf, kit, records } from './kit.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';

describe('a lost state', () => {
  it('comes back from the hosts: clusters, instances, definitions, tasks and what they reserve', async () => {
    const first = await cluster(['web1', 'web2']);
    await first.engine.call('CreateCluster', { clusterName: 'default' });
    await first.engine.call(
      'RegisterTaskDefinition',
      definition('web', {
        environment: [{ name: 'MODE', value: 'blue' }],
        portMappings: [{ containerPort: 80 }],
      }),
    );
    const { tasks = [] } = await first.engine.call('RunTask', {
      taskDefinition: 'web',
      count: 3,
      startedBy: 'me',
      tags: [{ key: 'team', value: 'a' }],
    });
    const before = await first.engine.call('DescribeTaskDefinition', { taskDefinition: 'web' });

    const second = kit({ hosts: first.hosts });
    for (const host of ['web1', 'web2']) await second.engine.call('Recover', { host });

    const listed = await second.engine.call('ListTasks', { startedBy: 'me' });
    expect(listed.taskArns?.map(idOf).sort()).toEqual(tasks.map((t) => idOf(t.taskArn)).sort());
    const after = await second.engine.call('DescribeTaskDefinition', { taskDefinition: 'web' });
    expect(after.taskDefinition?.containerDefinitions).toEqual(before.taskDefinition?.containerDefinitions);
    const instances = await Promise.all(
      [first, second].map((k) =>
        k.engine.call('DescribeContainerInstances', { containerInstances: ['web1', 'web2'] }),
      ),
    );
    const facts = instances.map((answer) =>
      answer.containerInstances?.map((i) => [
        i.containerInstanceArn,
        i.runningTasksCount,
        i.remainingResources,
      ]),
    );
    expect(facts[1]).toEqual(facts[0]);
    const described = await second.engine.call('DescribeTasks', {
      tasks: tasks.map((t) => idOf(t.taskArn)),
      include: ['TAGS'],
    });
    expect(described.tasks?.map((t) => t.lastStatus)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    expect(described.tasks?.[0]?.tags).toEqual([{ key: 'team', value: 'a' }]);
  });

  it('says of tasks what they were asked for', async () => {
    const first = await cluster(['web1']);
    await first.engine.call('CreateCluster', {});
    await first.engine.call('PutClusterCapacityProviders', {
      cluster: 'default',
      capacityProviders: ['FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [],
    });
    await first.engine.call('RegisterTaskDefinition', definition());
    const capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
    await first.engine.call('RunTask', { taskDefinition: 'web' });
    await first.engine.call('RunTask', {
      taskDefinition: 'web',
      capacityProviderStrategy,
      platformVersion: '1.3.0',
    });
    const second = kit({ hosts: first.hosts });
    await second.engine.call('Recover', { host: 'web1' });
    const asked = async ({ store }: typeof first) =>
      (await records(store)).map(({ id, launchType, capacityProvider, platformVersion }) => ({
        ...{ id, launchType, capacityProvider, platformVersion },
      }));
    const before = await asked(first);
    expect(before).toContainEqual(
      expect.objectContaining({
        launchType: 'FARGATE',
        capacityProvider: 'FARGATE_SPOT',
        platformVersion: '1.3.0',
      }),
    );
    expect(await asked(second)).toEqual(before);
  });

  it('is brought back by registering the marked hosts again, and doing it again changes nothing', async () => {
    const first = await cluster(['web1']);
    await first.engine.call('RegisterTaskDefinition', definition());
    await first.engine.call('RunTask', { taskDefinition: 'web' });
    const second = await cluster(['web1'], { hosts: first.hosts });
    const [one] = (await first.engine.call('ListContainerInstances', {})).containerInstanceArns ?? [];
    await second.engine.call('RegisterContainerInstance', { host: 'web1' });
    expect((await second.engine.call('ListContainerInstances', {})).containerInstanceArns).toEqual([one]);
    expect((await second.engine.call('ListTasks', {})).taskArns).toHaveLength(1);
    expect(await records(second.store)).toHaveLength(1);
  });
});

describe('a host', () => {
  it("that carries another cluster's marker is refused without shared", async () => {
    const first = await cluster(['web1']);
    await first.engine.call('CreateCluster', { clusterName: 'other' });
    await expect(
      first.engine.call('RegisterContainerInstance', { cluster: 'other', host: 'web1' }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('belongs to the cluster default'),
    });
    await first.engine.call('RegisterContainerInstance', { cluster: 'other', host: 'web1', shared: true });
    expect(
      (await first.engine.call('ListContainerInstances', { cluster: 'other' })).containerInstanceArns,
    ).toHaveLength(1);
  });

  it('that was re-imaged is told from the one that was registered', async () => {
    const first = await cluster(['web1']);
    first.hosts.hosts.set('web1', fakeHost('web1'));
    await expect(first.engine.call('RegisterContainerInstance', { host: 'web1' })).rejects.toMatchObject({
      message: expect.stringContaining('its marker is gone'),
    });
  });

  it('is found by name, by id, by the beginning of its id and by ARN', async () => {
    const { engine } = await cluster(['web1', 'web2']);
    const { containerInstances } = await engine.call('DescribeContainerInstances', {
      containerInstances: ['web2'],
    });
    const arn = containerInstances?.[0]?.containerInstanceArn ?? '';
    for (const text of [arn, idOf(arn), idOf(arn).slice(0, 8)]) {
      const answer = await engine.call('DescribeContainerInstances', { containerInstances: [text] });
      expect(answer.containerInstances?.[0]?.ec2InstanceId).toBe('web2');
    }
    const missing = await engine.call('DescribeContainerInstances', { containerInstances: ['web9'] });
    expect(missing.failures?.[0]?.reason).toBe('MISSING');
  });

  it('with tasks is deregistered only by force, and its tasks run on', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    await made.engine.call('RunTask', { taskDefinition: 'web' });
    await expect(
      made.engine.call('DeregisterContainerInstance', { containerInstance: 'web1' }),
    ).rejects.toMatchObject({
      message: 'Found running tasks on the instance.',
      remedy: expect.stringContaining('list-tasks --container-instance web1') as string,
    });
    await expect(made.engine.call('DeleteCluster', { cluster: 'default' })).rejects.toMatchObject({
      code: 'ClusterContainsContainerInstancesException',
    });
    await made.engine.call('DeregisterContainerInstance', { containerInstance: 'web1', force: true });
    expect([...hostOf(made, 'web1').containers.values()][0]?.status).toBe('running');
    expect(hostOf(made, 'web1').volumes.size).toBe(0);
    expect((await records(made.store))[0]).toMatchObject({
      lastStatus: 'STOPPED',
      stoppedReason: 'Container instance deregistration forced by user',
    });
    const { cluster: gone } = await made.engine.call('DeleteCluster', { cluster: 'default' });
    expect(gone?.status).toBe('INACTIVE');
  });

  it('shows what others take of it', async () => {
    const host = fakeHost('web1', 1000);
    host.occupied.tcp.add(9000);
    const id = await host.createContainer('other', {
      Image: 'busybox',
      Cmd: ['serve'],
      HostConfig: { Memory: 300 * 1024 ** 2 },
    });
    await host.startContainer(id);
    const { engine } = await cluster(['web1'], { hosts: new FakeHosts([host]) });
    const { containerInstances } = await engine.call('DescribeContainerInstances', {
      containerInstances: ['web1'],
    });
    const remaining = containerInstances?.[0]?.remainingResources ?? [];
    expect(remaining.find((r) => r.name === 'MEMORY')?.integerValue).toBe(700);
    expect(remaining.find((r) => r.name === 'PORTS')?.stringSetValue).toContain('9000');
  });

  it('that drains gets no new tasks', async () => {
    const made = await cluster(['web1', 'web2']);
    await made.engine.call('RegisterTaskDefinition', definition());
    await made.engine.call('UpdateContainerInstancesState', {
      containerInstances: ['web1'],
      status: 'DRAINING',
    });
    await made.engine.call('RunTask', { taskDefinition: 'web', count: 4 });
    expect(hostOf(made, 'web1').containers.size).toBe(0);
  });
});

describe("another state's tasks", () => {
  it('are seen by a listing, and their room is theirs', async () => {
    const hosts = new FakeHosts([fakeHost('web1', 250)]);
    const first = await cluster(['web1'], { hosts });
    const second = await cluster(['web1'], { hosts });
    await first.engine.call('RegisterTaskDefinition', definition());
    await second.engine.call('RegisterTaskDefinition', definition('job'));
    await first.engine.call('RunTask', { taskDefinition: 'web', count: 2 });
    const refused = await second.engine.call('RunTask', { taskDefinition: 'job' });
    expect(refused.failures?.[0]?.reason).toBe('RESOURCE:MEMORY');
    expect((await second.engine.call('ListTasks', {})).taskArns).toHaveLength(2);
    for (const container of hosts.hosts.get('web1')?.containers.values() ?? [])
      hosts.hosts.get('web1')?.exit(container.id, 0);
    const accepted = await second.engine.call('RunTask', { taskDefinition: 'job', count: 2 });
    expect(accepted.failures).toEqual([]);
  });
});
