import { afterAll, beforeAll, expect, it } from 'vitest';
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
import { describeWithHosts } from '../hosts/vitest.js';
import { arn, type AwsClients, type ServedClients, serveForClients } from './aws-clients.js';
import { container } from './definitions.js';
import { fixture, idOf } from './longshore.js';

describeWithHosts('the AWS CLI, over signed requests', () => {
  let served: ServedClients;
  let clients: AwsClients;
  const hosts = () => served.hosts;

  beforeAll(async () => {
    served = await serveForClients();
    ({ clients } = served);
  }, 900_000);
  afterAll(() => served?.end());

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
    ).toMatch(/^An error occurred \(UnsupportedFeatureException\) .*CreateCapacityProvider is not supported/);
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
    const definition = served.user.write('web.json', { family: 'web', containerDefinitions: [container()] });
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
    const line = ['describe-clusters', '--clusters', 'default', '--query', 'clusters[].[clusterName,status]'];
    expect((await clients.aws(...line, '--output', 'text')).stdout).toBe('default\tACTIVE\n');
    expect((await clients.aws(...line, '--output', 'table')).stdout).toMatch(
      /\|\s+default\s+\|\s+ACTIVE\s+\|/,
    );
  });

  it('with a key that may only read changes nothing', async () => {
    expect((await served.reader.aws('list-clusters')).code).toBe(0);
    const { code, stderr } = await served.reader.aws('create-cluster', '--cluster-name', 'x');
    expect(code).toBe(254);
    expect(stderr).toContain('(AccessDeniedException)');
    const stranger = served.as({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' });
    expect((await stranger.aws('list-clusters')).stderr).toContain('(UnrecognizedClientException)');
    const forger = served.as({ ...served.key, secretAccessKey: 'wrong' });
    expect((await forger.aws('list-clusters')).stderr).toContain('(InvalidSignatureException)');
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

  it('leaves no word of keys and no fault in the log', () => {
    const { stderr } = served.server.printed;
    expect(stderr).not.toContain('"msg":"fault"');
    expect(stderr).not.toContain('secretAccessKey');
  });
});
