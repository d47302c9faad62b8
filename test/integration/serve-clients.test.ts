import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { ensureDebianPackages } from '../hosts/packages.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { type Command, fixture, idOf, User } from './longshore.js';

const program = promisify(execFile);

/** Members that ECS has got since Debian's boto3. */
const newer = [
  'availabilityZoneRebalancing',
  'bakeTimeInMinutes',
  'currentServiceDeployment',
  'currentServiceRevisions',
  'strategy',
  'type',
];

// Debian's AWS CLI and boto3, as whoever leaves AWS has them.
describeWithHosts('a server, for clients of others', () => {
  let cluster: TestCluster;
  let owner: User;
  let server: Command;
  let env: Record<string, string | undefined>;
  let url: string;

  beforeAll(async () => {
    const there = await ensureDebianPackages(['awscli', 'python3-boto3']);
    if (!there.ok) throw new Error(`${there.reason}. ${there.remedy}`);
    cluster = await acquire({ name: 'product' });
    owner = new User(cluster, { env: { LONGSHORE_HEALTHY_AFTER: '1' } });
    const { accessKey } = await owner.json<{ accessKey: Record<string, string> }>('create-access-key');
    server = owner.start(['serve', '--socket', join(owner.dir, 's.sock'), '--listen', '127.0.0.1:0'], {
      timeoutMs: 600_000,
    });
    await waitUntil('listening', 20_000, () => / http:/.test(server.printed.stderr));
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.printed.stderr)?.[0] ?? '';
    env = {
      PATH: '/usr/bin:/bin',
      HOME: owner.dir,
      LANG: 'C.UTF-8',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: accessKey['accessKeyId'],
      AWS_SECRET_ACCESS_KEY: accessKey['secretAccessKey'],
      AWS_PAGER: '',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  });
  afterAll(async () => {
    server?.signal('SIGTERM');
    await server?.outcome;
    owner?.remove();
    await cluster?.release();
  });

  /** `aws ecs …`: its exit code and what it printed. */
  async function aws(...words: string[]) {
    const args = ['ecs', ...words, '--endpoint-url', url, '--output', 'json'];
    try {
      const { stdout } = await program('/usr/bin/aws', args, { env });
      return { code: 0, stdout, stderr: '' };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  }
  async function answer<T>(...words: string[]): Promise<T> {
    const { code, stdout, stderr } = await aws(...words);
    expect(code, `aws ecs ${words.join(' ')}: ${stderr}`).toBe(0);
    return (stdout === '' ? {} : JSON.parse(stdout)) as T;
  }

  it('takes the whole session of the AWS CLI', { timeout: 240_000 }, async () => {
    interface Tasks {
      taskArns: string[];
      tasks: { taskArn: string; lastStatus: string; containers: { exitCode?: number }[] }[];
    }
    expect(await answer('create-cluster', '--cluster-name', 'default')).toMatchObject({
      cluster: { clusterArn: 'arn:aws:ecs:eu-west-1:000000000000:cluster/default', status: 'ACTIVE' },
    });
    for (const host of ['web1', 'web2'])
      await answer('register-container-instance', '--attributes', `name=longshore.host,value=ssh://${host}`);
    const definition = `file://${fixture('seeds/taskdef.json')}`;
    await answer('register-task-definition', '--cli-input-json', definition);
    await answer('register-task-definition', '--cli-input-json', definition);
    const hosts = await answer<{ containerInstanceArns: string[] }>(
      'list-container-instances',
      '--cluster',
      'default',
    );
    expect(hosts.containerInstanceArns).toHaveLength(2);
    const ran = await answer<Tasks>('run-task', '--cluster', 'default', '--task-definition', 'f_producer:2');
    const id = idOf(ran.tasks[0]?.taskArn);
    expect(ran.tasks[0]?.lastStatus).toBe('PENDING');
    await answer('wait', 'tasks-running', '--tasks', id);
    expect((await answer<Tasks>('list-tasks', '--cluster', 'default')).taskArns.map(idOf)).toEqual([id]);
    await answer('tag-resource', '--resource-arn', ran.tasks[0]?.taskArn ?? '', '--tags', 'key=team,value=a');
    expect(await answer('list-tags-for-resource', '--resource-arn', ran.tasks[0]?.taskArn ?? '')).toEqual({
      tags: [{ key: 'team', value: 'a' }],
    });
    const stopped = await answer<object>('stop-task', '--cluster', 'default', '--task', id);
    expect(stopped).toMatchObject({ task: { desiredStatus: 'STOPPED' } });
    await answer('wait', 'tasks-stopped', '--tasks', id);
    const { tasks } = await answer<Tasks>('describe-tasks', '--cluster', 'default', '--tasks', id);
    expect(tasks[0]).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated' });

    const service = ['--service-name', 'web', '--task-definition', 'f_producer', '--desired-count', '1'];
    expect(await answer('create-service', ...service)).toMatchObject({ service: { status: 'ACTIVE' } });
    await answer('wait', 'services-stable', '--services', 'web');
    const name = [
      '--cluster',
      'default',
      '--attributes',
      `name=rack,value=a,targetId=${idOf(hosts.containerInstanceArns[0])}`,
    ];
    await answer('put-attributes', ...name);
    const attributes = await answer<object>(
      'list-attributes',
      '--target-type',
      'container-instance',
      '--attribute-name',
      'rack',
    );
    expect(attributes).toMatchObject({ attributes: [{ name: 'rack', value: 'a' }] });
    await answer('delete-service', '--service', 'web', '--force');
    await answer('deregister-task-definition', '--task-definition', 'f_producer:1');
    expect(await aws('delete-cluster', '--cluster', 'default')).toMatchObject({
      code: 254,
      stderr: expect.stringMatching(
        /An error occurred \(ClusterContains\w+Exception\) when calling the DeleteCluster operation: /,
      ) as string,
    });
    expect(await aws('describe-tasks', '--cluster', 'nowhere', '--tasks', id)).toEqual({
      code: 254,
      stdout: '',
      stderr:
        '\nAn error occurred (ClusterNotFoundException) when calling the DescribeTasks operation: Cluster not found.\n',
    });
    const other = { ...env, AWS_SECRET_ACCESS_KEY: 'wrong' };
    const wrong = await program('/usr/bin/aws', ['ecs', 'list-clusters', '--endpoint-url', url], {
      env: other,
    }).catch((error: { stderr: string }) => error.stderr);
    expect(wrong).toContain('(InvalidSignatureException)');
  });

  it(
    'takes boto3, its waiters and paginators; answers are what its model has',
    { timeout: 180_000 },
    async () => {
      // This version of it reads no endpoint from the environment.
      const script = join(import.meta.dirname, 'serve-clients.py');
      const given = `import boto3, functools; boto3.client = functools.partial(boto3.client, endpoint_url="${url}"); exec(open("${script}").read())`;
      const { stdout } = await program('/usr/bin/python3', ['-c', given], { env });
      const { faults, ...seen } = JSON.parse(stdout) as { faults: string[] } & Record<string, unknown>;
      expect(seen).toEqual({
        began: ['PENDING', 'PENDING'],
        running: ['RUNNING', 'RUNNING'],
        dates: 'datetime',
        pages: [1, 1],
        service: 2,
        refused: [
          ['ClusterNotFoundException', 'ClusterNotFoundException', 'Cluster not found.'],
          ['ClientException', 'ClientException', 'TaskDefinition not found.'],
          ['ServiceNotFoundException', 'ServiceNotFoundException', 'Service not found.'],
          [
            'UnsupportedFeatureException',
            'UnsupportedFeatureException',
            expect.stringContaining('CreateCapacityProvider'),
          ],
        ],
      });
      const named = faults.map((fault) => /\.(\w+) is not in the model$/.exec(fault)?.[1] ?? fault);
      expect(named.filter((name) => !newer.includes(name))).toEqual([]);
    },
  );
});
