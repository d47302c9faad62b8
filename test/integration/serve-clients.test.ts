import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  DescribeContainerInstancesResponse,
  DescribeServicesResponse,
  DescribeTasksResponse,
  ListTasksResponse,
  RegisterContainerInstanceResponse,
  RegisterTaskDefinitionResponse,
  RunTaskResponse,
  Service,
  StopTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { patience, waitUntil } from '../hosts/wait.js';
import { type AccessKey, AwsClients, ensureAwsClients } from './aws-clients.js';
import { container } from './definitions.js';
import { type Command, fixture, idOf, User } from './longshore.js';

const REGION = 'eu-west-1';
const arn = (what: string) => `arn:aws:ecs:${REGION}:000000000000:${what}`;

describeWithHosts("others' clients, over signed requests", () => {
  let cluster: TestCluster;
  let user: User;
  let server: Command;
  let clients: AwsClients;
  let reader: AwsClients;
  let url: string;
  const hosts = () => cluster.hosts.map(({ name }) => `ssh://${name}`);

  beforeAll(async () => {
    await ensureAwsClients();
    cluster = await acquire({ name: 'product' });
    user = new User(cluster, { env: { LONGSHORE_HEALTHY_AFTER: '1' } });
    const makeKey = async (scope: string) =>
      (await user.json<{ accessKey: AccessKey }>('create-access-key', '--scope', scope)).accessKey;
    const [key, readKey] = [await makeKey('admin'), await makeKey('read')];
    server = user.start(['serve', '--socket', join(user.dir, 'run/l.sock'), '--listen', '127.0.0.1:0'], {
      timeoutMs: 1_200_000,
    });
    await waitUntil('listening', 20_000, () => /listening on .*http:/.test(server.printed.stderr));
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.printed.stderr)?.[0] ?? '';
    clients = new AwsClients(user, url, key);
    reader = new AwsClients(user, url, readKey);
  }, 900_000);
  afterAll(async () => {
    server?.signal('SIGTERM');
    await server?.outcome;
    user?.remove();
    await cluster?.release();
  });

  describe('the AWS CLI', () => {
    /** A line that must succeed; its answer. */
    const aws = <T>(line: string, ...words: string[]) => clients.json<T>(...line.split(' '), ...words);
    const refused = async (...words: string[]) => {
      const { code, stdout, stderr } = await clients.aws(...words);
      expect({ code, stdout }).toEqual({ code: 254, stdout: '' });
      return stderr.trim();
    };
    let instances: string[];

    it('makes the cluster', async () => {
      const { cluster: made } = await aws<{ cluster: object }>('create-cluster --cluster-name default');
      expect(made).toMatchObject({ clusterArn: arn('cluster/default'), status: 'ACTIVE' });
      instances = [];
      for (const host of hosts()) {
        const { containerInstance } = await aws<RegisterContainerInstanceResponse>(
          `register-container-instance --cluster default --attributes name=longshore.host,value=${host}`,
        );
        expect(containerInstance).toMatchObject({ status: 'ACTIVE', agentConnected: true });
        instances.push(containerInstance?.containerInstanceArn ?? '');
      }
    });

    it('takes the seeds by their word, misspelt flag included', async () => {
      // ParamValidation of the CLI itself: nothing is sent.
      const misspelt = await clients.aws('register-task-definition', '--generate-cli-skeletion');
      expect(misspelt.code).toBe(252);
      for (const revision of [1, 2]) {
        const { taskDefinition } = await aws<RegisterTaskDefinitionResponse>(
          `register-task-definition --cli-input-json file://${fixture('seeds/taskdef.json')}`,
        );
        expect(taskDefinition).toMatchObject({ family: 'f_producer', revision, status: 'ACTIVE' });
      }
      const listed = await aws<{ containerInstanceArns: string[] }>(
        'list-container-instances --cluster default',
      );
      expect([...listed.containerInstanceArns].sort()).toEqual([...instances].sort());

      const { tasks = [], failures } = await aws<RunTaskResponse>(
        'run-task --cluster default --task-definition f_producer:2',
      );
      expect(failures).toEqual([]);
      expect(tasks[0]).toMatchObject({ lastStatus: 'PENDING', desiredStatus: 'RUNNING', launchType: 'EC2' });
      const id = idOf(tasks[0]?.taskArn);
      expect((await aws<ListTasksResponse>('list-tasks --cluster default')).taskArns).toEqual([
        arn(`task/default/${id}`),
      ]);
      expect(await clients.aws('wait', 'tasks-running', '--cluster', 'default', '--tasks', id)).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
      const described = await aws<DescribeTasksResponse>(
        `describe-tasks --cluster default --tasks ${id} --query tasks[0]`,
      );
      expect(described).toMatchObject({ lastStatus: 'RUNNING', containers: [{ name: 'producer' }] });
      expect(described).toHaveProperty('startedAt', expect.stringMatching(/^\d{4}-\d\d-\d\dT/));

      const { task } = await aws<StopTaskResponse>(`stop-task --cluster default --task ${id} --reason over`);
      expect(task).toMatchObject({ desiredStatus: 'STOPPED', stoppedReason: 'over' });
      expect((await clients.aws('wait', 'tasks-stopped', '--tasks', id)).code).toBe(0);
      // What has stopped will never run: the waiter says so at once.
      const failed = await clients.aws('wait', 'tasks-running', '--tasks', id);
      expect(failed.code).toBe(255);
      expect(failed.stderr).toContain('Waiter TasksRunning failed');
    });

    it('is told what it can not have', async () => {
      expect(await refused('describe-tasks', '--cluster', 'no-such', '--tasks', 'x')).toBe(
        'An error occurred (ClusterNotFoundException) when calling the DescribeTasks operation: Cluster not found.',
      );
      expect(await refused('run-task', '--task-definition', 'no-such')).toBe(
        'An error occurred (ClientException) when calling the RunTask operation: TaskDefinition not found.',
      );
      expect(
        await refused(
          'create-capacity-provider',
          ...['--name', 'x'],
          '--auto-scaling-group-provider',
          '{"autoScalingGroupArn":"x"}',
        ),
      ).toMatch(
        /^An error occurred \(UnsupportedFeatureException\) .*CreateCapacityProvider is not supported/,
      );
    });

    it('runs no session in a container, and is told why', async () => {
      const { tasks } = await aws<RunTaskResponse>('run-task --task-definition f_producer');
      const id = idOf(tasks?.[0]?.taskArn);
      await clients.aws('wait', 'tasks-running', '--tasks', id);
      const { code, stderr } = await clients.aws(
        ...['execute-command', '--task', id, '--interactive', '--command', 'ls'],
      );
      // Without session-manager-plugin the CLI asks nobody; with it, it gets a ClientException.
      expect([254, 255]).toContain(code);
      expect(stderr).toMatch(/SessionManagerPlugin is not found|Systems Manager/);
      await aws('stop-task --task', id);
      await clients.aws('wait', 'tasks-stopped', '--tasks', id);
    });

    it('makes a service, rolls, scales and deletes it', async () => {
      const definition = user.write('web.json', { family: 'web', containerDefinitions: [container()] });
      const registerWeb = () => aws(`register-task-definition --cli-input-json file://${definition}`);
      await registerWeb();
      const one = async () =>
        (await aws<DescribeServicesResponse>('describe-services --services web')).services?.[0] as Service;
      const stable = async () =>
        expect(await clients.aws('wait', 'services-stable', '--services', 'web')).toMatchObject({ code: 0 });

      const { service } = await aws<{ service: Service }>(
        'create-service --service-name web --task-definition web --desired-count 2',
      );
      expect(service).toMatchObject({ serviceArn: arn('service/default/web'), status: 'ACTIVE', events: [] });
      await stable();
      expect(await one()).toMatchObject({ runningCount: 2, pendingCount: 0, desiredCount: 2 });
      const again = 'create-service --service-name web --task-definition web --desired-count 3'.split(' ');
      expect(await refused(...again)).toContain('Creation of service was not idempotent.');

      await registerWeb();
      const updated = await aws<{ service: Service }>(
        'update-service --service web --task-definition web:2 --desired-count 3',
      );
      expect(updated.service.deployments).toHaveLength(2);
      await stable();
      expect(await one()).toMatchObject({ runningCount: 3, taskDefinition: arn('task-definition/web:2') });

      const { taskArns = [] } = await aws<ListTasksResponse>('list-tasks --service-name web');
      expect(taskArns).toHaveLength(3);
      const [task = ''] = taskArns;
      const where = `--cluster default --tasks ${task}`;
      expect(
        await aws(`update-task-protection --protection-enabled --expires-in-minutes 5 ${where}`),
      ).toMatchObject({
        protectedTasks: [{ taskArn: task, protectionEnabled: true }],
        failures: [],
      });
      expect(await aws(`get-task-protection ${where}`)).toMatchObject({
        protectedTasks: [{ protectionEnabled: true, expirationDate: expect.any(String) as string }],
      });
      await aws(`update-task-protection --no-protection-enabled ${where}`);

      expect(await refused('delete-service', '--service', 'web')).toContain(
        'The service cannot be stopped while it is scaled above 0.',
      );
      const deleted = await aws<{ service: Service }>('delete-service --service web --force');
      expect(deleted.service).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
      expect((await clients.aws('wait', 'services-inactive', '--services', 'web')).code).toBe(0);
      expect((await one()).status).toBe('INACTIVE');
      expect((await clients.aws('wait', 'services-stable', '--services', 'web')).code).toBe(255);
    }, 300_000);

    it('keeps tags, attributes and settings', async () => {
      const [instance = ''] = instances;
      for (const resource of [arn('cluster/default'), arn('task-definition/web:2'), instance]) {
        const tagged = await clients.aws(
          'tag-resource',
          '--resource-arn',
          resource,
          '--tags',
          'key=team,value=ops',
        );
        expect(tagged).toEqual({ code: 0, stdout: '', stderr: '' });
        expect(await aws(`list-tags-for-resource --resource-arn ${resource}`)).toEqual({
          tags: [{ key: 'team', value: 'ops' }],
        });
        expect(
          (await clients.aws('untag-resource', '--resource-arn', resource, '--tag-keys', 'team')).code,
        ).toBe(0);
      }
      await aws(
        `put-attributes --attributes name=rack,value=r1,targetType=container-instance,targetId=${instance}`,
      );
      expect(await aws('list-attributes --target-type container-instance --attribute-name rack')).toEqual({
        attributes: [{ name: 'rack', value: 'r1', targetId: instance }],
      });
      const { setting } = await aws<{ setting: object }>(
        'put-account-setting --name containerInsights --value enabled',
      );
      expect(setting).toMatchObject({ name: 'containerInsights', value: 'enabled' });
      const { settings } = await aws<{ settings: object[] }>('list-account-settings --effective-settings');
      // All pages, which the CLI asks for by itself.
      expect(settings.length).toBeGreaterThan(10);
      await aws('delete-account-setting --name containerInsights');
    });

    it('has its answers in each form', async () => {
      const line = 'describe-clusters --clusters default --query clusters[].[clusterName,status]'.split(' ');
      expect((await clients.aws(...line, '--output', 'text')).stdout).toBe('default\tACTIVE\n');
      expect((await clients.aws(...line, '--output', 'table')).stdout).toMatch(
        /\|\s+default\s+\|\s+ACTIVE\s+\|/,
      );
    });

    it('with a key that may only read changes nothing', async () => {
      expect((await reader.aws('list-clusters')).code).toBe(0);
      const { code, stderr } = await reader.aws('create-cluster', '--cluster-name', 'x');
      expect(code).toBe(254);
      expect(stderr).toContain('(AccessDeniedException)');
      const stranger = new AwsClients(user, url, { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' });
      expect((await stranger.aws('list-clusters')).stderr).toContain('(UnrecognizedClientException)');
    });

    it('drains, takes out and deletes what it made', async () => {
      const change = await aws<DescribeContainerInstancesResponse>(
        `update-container-instances-state --status DRAINING --container-instances ${instances.join(' ')}`,
      );
      expect(change.containerInstances?.map(({ status }) => status)).toEqual(instances.map(() => 'DRAINING'));
      expect(await refused('delete-cluster', '--cluster', 'default')).toContain(
        'The Cluster cannot be deleted while Container Instances are active or draining.',
      );
      for (const instance of instances)
        expect(await aws(`deregister-container-instance --container-instance ${instance}`)).toMatchObject({
          containerInstance: { status: 'INACTIVE' },
        });
      for (const definition of ['f_producer:1', 'f_producer:2', 'web:1', 'web:2'])
        expect(await aws(`deregister-task-definition --task-definition ${definition}`)).toMatchObject({
          taskDefinition: { status: 'INACTIVE' },
        });
      expect(await aws('delete-cluster --cluster default')).toMatchObject({
        cluster: { status: 'INACTIVE' },
      });
      expect(await aws('list-clusters')).toEqual({ clusterArns: [] });
    });
  });

  it(
    'boto3: a suite of its own, with waiters, paginators and exceptions',
    async () => {
      const { code, stderr } = await clients.unittest(join(import.meta.dirname, 'boto3'), {
        LONGSHORE_TEST_HOSTS: hosts().join(' '),
      });
      expect(code, stderr).toBe(0);
    },
    400_000 * patience,
  );

  it('@aws-sdk/client-ecs: a plain script that finds the server by AWS_ENDPOINT_URL_ECS', async () => {
    const { code, stdout, stderr } = await clients.node(
      join(import.meta.dirname, 'sdk-session.mjs'),
      ...hosts(),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      clusterArn: arn('cluster/sdk'),
      instances: 3,
      running: 'SUCCESS',
      stopped: 'SUCCESS',
      stable: 'SUCCESS',
      runningCount: 2,
      createdAt: true,
      tasksOfService: 2,
      inactive: 'SUCCESS',
      error: { class: true, name: 'ClusterNotFoundException', message: 'Cluster not found.' },
    });
  }, 200_000);

  it('leave no word of keys or fault in the log', () => {
    const { stderr } = server.printed;
    expect(stderr).not.toContain('"msg":"fault"');
    expect(stderr).not.toContain('secretAccessKey');
  });
});
