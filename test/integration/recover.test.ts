import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecoverResponse } from '../../src/lib/api/operation-types.js';
import type {
  DescribeClustersResponse,
  DescribeContainerInstancesResponse,
  DescribeTaskDefinitionResponse,
  DescribeTasksResponse,
  ListContainerInstancesResponse,
  ListTasksResponse,
  RunTaskResponse,
  StopTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register, web } from './definitions.js';
import { labelled, runningTasks } from './labels.js';
import { idOf, User } from './longshore.js';

describeWithHosts('a state that is lost', () => {
  let cluster: TestCluster;
  let user: User;
  const hosts = ['web1', 'web2', 'web3'];

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    const file = user.write(
      'hosts.yaml',
      'hosts:\n' +
        '  - {host: web1, zone: a, attributes: {disk: ssd}, reserve: {cpu: 128, memory: 256}}\n' +
        '  - {host: web2, zone: b}\n  - {name: web3, host: web3, portRange: 40000-40099}\n',
    );
    await user.ok('create-cluster', '--cluster-name', 'shop', '--hosts-file', file);
    await register(user, 'old', [container({ cpu: 10 })]);
    await register(user, 'pair', [
      container({
        name: 'job',
        environment: [{ name: 'WORD', value: 'secret' }],
        links: ['web'],
        essential: false,
      }),
      web('still here', { portMappings: [{ containerPort: 80 }] }),
    ]);
    await register(user, 'producer', [container({ image: 'noeding/ecs-test', command: undefined })]);
    const run = (...args: string[]) => user.ok('run-task', '--cluster', 'shop', '--task-definition', ...args);
    await run('pair', '--count', '2', '--started-by', 'ci', '--tags', 'key=team,value=blue');
    await run('producer', '--count', '2', '--group', 'batch', '--overrides', overrides);
    before = await pictureOf(user);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  let before: Picture;
  const overrides = JSON.stringify({
    containerOverrides: [{ name: 'main', environment: [{ name: 'MODE', value: 'overridden' }] }],
  });

  /** As by an accident: the state's files are gone, and nothing has been told. */
  const lose = () => {
    const folder = dirname(user.statePath);
    for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`);
    expect(existsSync(user.statePath)).toBe(false);
  };

  it('comes back from its hosts by recover: clusters, instances, definitions and running tasks', async () => {
    lose();
    const answer = await user.json<RecoverResponse>('recover', '--hosts', ...hosts);
    expect(new Set(JSON.stringify(answer).match(/container-instance\/shop\/\w+/g))).toHaveProperty('size', 3);
    expect(await pictureOf(user)).toEqual(before);
    expect(statSync(user.statePath).mode & 0o777).toBe(0o600);
  });

  it('recover can be repeated', async () => {
    await user.ok('recover', '--hosts', ...hosts);
    expect(await pictureOf(user)).toEqual(before);
  });

  it('has the definitions of running tasks', async () => {
    const { taskDefinition } = await user.json<DescribeTaskDefinitionResponse>(
      ...['describe-task-definition', '--task-definition', 'pair'],
    );
    expect(taskDefinition).toMatchObject({
      family: 'pair',
      revision: 1,
      status: 'ACTIVE',
      containerDefinitions: [
        { name: 'job', image: 'busybox', cpu: 64, memory: 16, links: ['web'], essential: false },
        { name: 'web', portMappings: [{ containerPort: 80, protocol: 'tcp' }] },
      ],
    });
    // No label has the value, but the engine tells those who may talk to it what a container was given.
    expect(taskDefinition?.containerDefinitions?.[0]?.environment).toEqual([
      { name: 'WORD', value: 'secret' },
    ]);
  });

  it('has the hosts as the hosts file describes them, where recover is given that', async () => {
    lose();
    await user.ok('recover', '--hosts-file', 'hosts.yaml');
    const { containerInstances = [] } = await user.json<DescribeContainerInstancesResponse>(
      ...['describe-container-instances', '--cluster', 'shop', '--container-instances', 'web1'],
    );
    expect(containerInstances[0]?.attributes).toEqual(
      expect.arrayContaining([
        { name: 'ecs.availability-zone', value: 'a' },
        { name: 'disk', value: 'ssd' },
      ]),
    );
    expect(await pictureOf(user)).toEqual(before);
  });

  it('counts what runs: the next task finds its place, its ports and its room', async () => {
    const { tasks } = await user.json<RunTaskResponse>(
      ...['run-task', '--cluster', 'shop', '--task-definition', 'pair', '--count', '3'],
    );
    expect(tasks?.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    const stops = (tasks ?? []).map(({ taskArn }) => [
      'stop-task',
      '--cluster',
      'shop',
      '--task',
      idOf(taskArn),
    ]);
    await Promise.all(stops.map((words) => user.ok(...words)));
  });

  it('comes back by create-cluster --hosts too, and its tasks can be stopped', async () => {
    lose();
    await user.ok('create-cluster', '--cluster-name', 'shop', '--hosts', ...hosts);
    const now = await pictureOf(user);
    expect(now.tasks).toEqual(before.tasks);
    expect(now.instances.map(({ arn }) => arn)).toEqual(before.instances.map(({ arn }) => arn));
    const id = idOf(before.tasks.find(({ group }) => group === 'batch')?.taskArn);
    const { task } = await user.json<StopTaskResponse>('stop-task', '--cluster', 'shop', '--task', id);
    expect(task).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 0 }] });
    expect(runningTasks(await labelled(cluster.hosts)).map(({ taskId }) => taskId)).not.toContain(id);
  });

  it('goes to another machine by state export and import, whole', async () => {
    const exported = await user.ok('state', 'export');
    const file = user.write('export.json', exported.stdout);
    const other = new User(cluster);
    await other.ok('state', 'import', `file://${file}`);
    expect(JSON.parse((await other.ok('state', 'export')).stdout)).toEqual(JSON.parse(exported.stdout));
    expect(await pictureOf(other)).toEqual(await pictureOf(user));
    expect((await other.ok('state', 'path')).stdout.trim()).toBe(other.statePath);
    expect(statSync(other.statePath).mode & 0o777).toBe(0o600);

    const again = await other.run(['state', 'import', `file://${file}`]);
    expect(again.code, again.stderr).toBe(1);
    expect(again.stderr).toContain('--replace');
    await other.ok('state', 'import', `file://${file}`, '--replace');
    other.remove();
  });

  it('recover says which host knows nothing', async () => {
    const other = new User(cluster);
    await cluster
      .host('web3')
      .shell('docker ps -aq | xargs -r docker rm -f; docker volume ls -q | xargs -r docker volume rm');
    const outcome = await other.run(['recover', '--hosts', ...hosts]);
    other.remove();
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toMatch(/web3.* carries no marker/);
  });
});

interface Picture {
  clusters: { name: string | undefined; hosts: number | undefined; running: number | undefined }[];
  instances: { arn: string | undefined; name: string | undefined; running: number | undefined }[];
  tasks: {
    taskArn: string | undefined;
    containerInstanceArn: string | undefined;
    taskDefinitionArn: string | undefined;
    group: string | undefined;
    startedBy: string | undefined;
    lastStatus: string | undefined;
    containers: unknown;
    tags: unknown;
  }[];
}

/** What a user sees of the cluster `shop`, without what differs from look to look. */
async function pictureOf(user: User): Promise<Picture> {
  const shop = ['--cluster', 'shop'];
  const { clusters = [] } = await user.json<DescribeClustersResponse>(
    'describe-clusters',
    '--clusters',
    'shop',
  );
  const { containerInstanceArns = [] } = await user.json<ListContainerInstancesResponse>(
    'list-container-instances',
    ...shop,
  );
  const { containerInstances = [] } = await user.json<DescribeContainerInstancesResponse>(
    ...['describe-container-instances', ...shop, '--container-instances', ...containerInstanceArns],
  );
  const { taskArns = [] } = await user.json<ListTasksResponse>('list-tasks', ...shop);
  const { tasks = [] } = await user.json<DescribeTasksResponse>(
    ...['describe-tasks', ...shop, '--include', 'TAGS', '--tasks', ...taskArns.map(idOf)],
  );
  return {
    clusters: clusters.map((c) => ({
      name: c.clusterName,
      hosts: c.registeredContainerInstancesCount,
      running: c.runningTasksCount,
    })),
    instances: containerInstances.map((i) => ({
      arn: i.containerInstanceArn,
      name: i.ec2InstanceId,
      running: i.runningTasksCount,
    })),
    tasks: tasks.map((t) => ({
      taskArn: t.taskArn,
      containerInstanceArn: t.containerInstanceArn,
      taskDefinitionArn: t.taskDefinitionArn,
      group: t.group,
      startedBy: t.startedBy,
      lastStatus: t.lastStatus,
      containers: t.containers?.map(({ name, runtimeId, networkBindings }) => ({
        name,
        runtimeId,
        networkBindings,
      })),
      tags: t.tags,
    })),
  };
}
