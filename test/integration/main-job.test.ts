import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type {
  DescribeTasksResponse,
  ListContainerInstancesResponse,
  ListTasksResponse,
  RunTaskResponse,
  StopTaskResponse,
  Task,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register, web } from './definitions.js';
import { labelled } from './labels.js';
import { fixture, idOf, readFixture, User } from './longshore.js';

describeWithHosts('the main job on real hosts', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  /** Runs tasks; all must be placed. */
  const run = async (...args: string[]): Promise<Task[]> => {
    const { tasks = [], failures } = await user.json<RunTaskResponse>('run-task', ...args);
    expect(failures).toEqual([]);
    return tasks;
  };
  const stop = (task: Task) => user.json<StopTaskResponse>('stop-task', '--task', idOf(task.taskArn));
  const describeTask = async (task: Task): Promise<Task> => {
    const answer = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', idOf(task.taskArn));
    return answer.tasks?.[0] ?? {};
  };

  it('makes a cluster of the hosts, and tells how many there are', async () => {
    const { cluster: made } = await user.json<{ cluster: object }>(
      ...['create-cluster', '--cluster-name', 'default', '--hosts', 'deploy@web1'],
      ...[cluster.host('web2').address, 'web3'],
    );
    expect(made).toMatchObject({
      clusterArn: 'arn:aws:ecs:local:000000000000:cluster/default',
      clusterName: 'default',
      status: 'ACTIVE',
      registeredContainerInstancesCount: 3,
      runningTasksCount: 0,
    });
    const { containerInstanceArns } =
      await user.json<ListContainerInstancesResponse>('list-container-instances');
    expect(containerInstanceArns).toHaveLength(3);
  });

  it('does every command line of the seeds', async () => {
    const lines = readFixture('seeds/commands.txt')
      .trim()
      .split('\n')
      .map((line) => line.replace(/^aws ecs /, ''));
    user.write('taskdef.json', readFileSync(fixture('seeds/taskdef.json')));
    // The seeds run revision 2.
    await user.ok('register-task-definition', '--cli-input-json', 'file://taskdef.json');

    let id = '';
    for (const line of lines) {
      const [words = '', file] = line.replace('${ID}', id).split(' > ');
      const outcome = await user.run(words.split(' '));
      if (file !== undefined) {
        expect(outcome).toMatchObject({ code: 2, stdout: '' });
        expect(outcome.stderr).toContain('Did you mean --generate-cli-skeleton?');
        continue;
      }
      expect(outcome, `${line}\n${outcome.stderr}`).toMatchObject({ code: 0 });
      const answer = JSON.parse(outcome.stdout) as ListTasksResponse;
      if (words.startsWith('list-tasks')) {
        expect(answer.taskArns).toHaveLength(1);
        id = idOf(answer.taskArns?.[0]);
      }
    }

    const { taskArns } = await user.json<ListTasksResponse>('list-tasks');
    expect(taskArns).toEqual([]);
    const { tasks = [] } = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', id);
    expect(tasks[0]).toMatchObject({
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stopCode: 'UserInitiated',
      stoppedReason: 'Task stopped by user',
      containers: [{ name: 'producer', lastStatus: 'STOPPED', exitCode: 0 }],
    });
  });

  it('prints a skeleton that becomes a definition once it is filled in', async () => {
    const skeleton = await user.json<Record<string, unknown>>(
      'register-task-definition',
      '--generate-cli-skeleton',
    );
    expect(skeleton).toMatchObject({
      family: '',
      containerDefinitions: [expect.objectContaining({ name: '' })],
    });
  });

  it('says why the one-line definition of the seeds is no JSON, and takes it with a line break', async () => {
    const text = readFixture('seeds/nginx-one-line.json');
    const broken = user.write('one-line.json', text);
    const refused = await user.run(['register-task-definition', '--cli-input-json', `file://${broken}`]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/one-line\.json, line 1, column 56: .*\/\/.*swallows/);

    const mended = user.write('mended.json', text.replace('mode "container', 'mode\n"container'));
    const taken = await user.run(['register-task-definition', '--cli-input-json', `file://${mended}`]);
    expect(taken.code, taken.stderr).toBe(0);
    expect(taken.stderr).toMatch(/awslogs/);
  });

  it('runs several tasks, and shows them in ECS’s own shapes', async () => {
    const tasks = await run('--cluster', 'default', '--task-definition', 'f_producer:2', '--count', '3');
    expect(tasks).toHaveLength(3);
    for (const task of tasks) {
      expect(task).toMatchObject({
        clusterArn: 'arn:aws:ecs:local:000000000000:cluster/default',
        taskDefinitionArn: 'arn:aws:ecs:local:000000000000:task-definition/f_producer:2',
        containerInstanceArn: expect.stringMatching(
          /^arn:aws:ecs:local:000000000000:container-instance\/default\/[0-9a-f]{32}$/,
        ),
        taskArn: expect.stringMatching(/^arn:aws:ecs:local:000000000000:task\/default\/[0-9a-f]{32}$/),
        lastStatus: 'RUNNING',
        desiredStatus: 'RUNNING',
        launchType: 'EC2',
        group: 'family:f_producer',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?[+-]\d\d:\d\d$/),
        containers: [
          {
            name: 'producer',
            lastStatus: 'RUNNING',
            runtimeId: expect.stringMatching(/^[0-9a-f]{64}$/),
            image: 'noeding/ecs-test',
          },
        ],
      });
    }

    const containers = await labelled(cluster.hosts);
    const ids = tasks.map((task) => idOf(task.taskArn)).sort();
    expect(
      containers
        .filter((c) => c.state === 'running')
        .map((c) => c.taskId)
        .sort(),
    ).toEqual(ids);
    const listed = await user.json<ListTasksResponse>('list-tasks', '--cluster', 'default');
    expect(listed).toEqual({ taskArns: tasks.map((task) => task.taskArn).sort() });
  });

  it('follows the logs of a task until it is stopped', async () => {
    const [task = {}] = await run('--task-definition', 'f_producer');
    const logs = user.start(['logs', '--task', idOf(task.taskArn), '--follow']);
    await expect.poll(() => logs.printed.stdout, { timeout: 10_000 }).toContain('producer: message 2');
    const { task: stopped } = await stop(task);
    expect(stopped).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 0 }] });
    const outcome = await logs.outcome;
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stdout).toMatch(/^producer: message 1\n/m);
    expect(outcome.stdout).toMatch(/stopping\n$/);
  });

  it('publishes fixed and chosen ports, and shows their addresses on a terminal', async () => {
    const fixed = await register(user, 'fixed', [
      web('fixed', { portMappings: [{ containerPort: 80, hostPort: 8088 }] }),
    ]);
    const dynamic = await register(user, 'dynamic', [
      web('dynamic', { portMappings: [{ containerPort: 80 }] }),
    ]);
    const tasks = [
      ...(await run('--task-definition', fixed)),
      ...(await run('--task-definition', dynamic, '--count', '4')),
    ];
    expect(tasks[0]?.containers?.[0]?.networkBindings).toEqual([
      { bindIP: '0.0.0.0', containerPort: 80, hostPort: 8088, protocol: 'tcp' },
    ]);

    const { stdout: table } = await user.run(['list-tasks'], { terminal: 120, env: { NO_COLOR: '1' } });
    expect(table.split('\n')[0]).toMatch(/TASK +DEFINITION +STATE +HOST +PORTS +AGE/);
    const addresses = [...table.matchAll(/^\w+ +(?:fixed|dynamic):1 +RUNNING +\S+ +(\S+:\d+)/gm)].map(
      ([, address]) => address ?? '',
    );
    const texts = await Promise.all(addresses.map((address) => fetchText(cluster, address)));
    expect(texts.sort()).toEqual(['dynamic\n', 'dynamic\n', 'dynamic\n', 'dynamic\n', 'fixed\n']);
  });

  it('refuses a task on a fixed port that every host has taken', async () => {
    await run('--task-definition', 'fixed', '--count', '2');
    const fourth = await user.run(['run-task', '--task-definition', 'fixed']);
    expect(fourth.code).toBe(4);
    const { failures = [] } = JSON.parse(fourth.stdout) as RunTaskResponse;
    expect(failures).toMatchObject([{ reason: 'RESOURCE:PORTS', detail: expect.stringContaining('8088') }]);
  });

  it('runs the containers of a task together, linked, and ends them together', async () => {
    const client = 'until wget -q -O - http://server:80/; do sleep 0.2; done; sleep 600';
    const family = await register(user, 'pair', [
      container({ name: 'client', command: ['sh', '-c', client], links: ['web:server'], essential: false }),
      web('linked'),
    ]);
    const [task = {}] = await run('--task-definition', family);
    const id = idOf(task.taskArn);
    expect(
      new Set((await labelled(cluster.hosts)).filter((c) => c.taskId === id).map((c) => c.host)).size,
    ).toBe(1);
    await expect
      .poll(async () => (await user.ok('logs', '--task', id, '--container', 'client')).stdout, {
        timeout: 15_000,
      })
      .toContain('linked');
    const { task: stopped } = await stop(task);
    expect(stopped?.containers?.map((c) => [c.name, c.lastStatus])).toEqual([
      ['client', 'STOPPED'],
      ['web', 'STOPPED'],
    ]);
  });

  it('shows STOPPING where an essential container ended while nobody looked, until a settling verb stops the rest', async () => {
    const family = await register(user, 'half', [
      container({ name: 'short', command: ['sh', '-c', 'sleep 1; exit 3'] }),
      container({ name: 'long', essential: false }),
    ]);
    const [task = {}] = await run('--task-definition', family);
    await expect
      .poll(async () => (await describeTask(task)).lastStatus, { timeout: 15_000 })
      .toBe('STOPPING');
    const id = idOf(task.taskArn);
    const states = async () =>
      (await labelled(cluster.hosts)).filter((c) => c.taskId === id).map((c) => c.state);
    expect((await states()).sort()).toEqual(['exited', 'running']);
    await user.ok('reconcile');
    expect(await states()).toEqual(['exited', 'exited']);
    expect(await describeTask(task)).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ name: 'short', exitCode: 3 }, { name: 'long' }],
    });
  });

  it('keeps a stopped task’s exit code and last log lines when its containers are gone', async () => {
    const family = await register(user, 'brief', [
      container({ command: ['sh', '-c', 'echo last words; exit 5'] }),
    ]);
    const [task = {}] = await run('--task-definition', family);
    const id = idOf(task.taskArn);
    await expect.poll(async () => (await describeTask(task)).lastStatus, { timeout: 15_000 }).toBe('STOPPED');
    for (const { host, id: engineId } of (await labelled(cluster.hosts)).filter((c) => c.taskId === id))
      await cluster.host(host).docker('rm', '-f', engineId);
    expect(await describeTask(task)).toMatchObject({ containers: [{ exitCode: 5 }] });
    expect((await user.ok('logs', '--task', id)).stdout).toContain('last words');
    const { taskArns } = await user.json<ListTasksResponse>('list-tasks', '--desired-status', 'STOPPED');
    expect(taskArns).toContain(task.taskArn);
  });

  it('says what killed a container that took more memory than it may', async () => {
    const greedy = 'x=a; while :; do x=$x$x; done';
    const family = await register(user, 'greedy', [container({ memory: 8, command: ['sh', '-c', greedy] })]);
    const [task = {}] = await run('--task-definition', family);
    await expect.poll(async () => (await describeTask(task)).lastStatus, { timeout: 20_000 }).toBe('STOPPED');
    expect(await describeTask(task)).toMatchObject({
      containers: [{ exitCode: 137, reason: expect.stringMatching(/^OutOfMemoryError/) }],
    });
  });

  it('gives a drained host no further task, and the hosts back in the end', async () => {
    const drained = await user.json<{
      containerInstances: { status: string; runningTasksCount: number }[];
    }>(...['update-container-instances-state', '--container-instances', 'web3', '--status', 'DRAINING']);
    expect(drained.containerInstances).toMatchObject([{ status: 'DRAINING' }]);
    const { runningTasksCount: before } = drained.containerInstances[0] ?? {};
    await run('--task-definition', 'f_producer', '--count', '6');
    const { containerInstances } = await user.json<{ containerInstances: object[] }>(
      ...['describe-container-instances', '--container-instances', 'web3'],
    );
    expect(containerInstances).toMatchObject([{ ec2InstanceId: 'web3', runningTasksCount: before }]);

    const busy = await user.run(['delete-cluster', '--cluster', 'default']);
    expect(busy.code).toBe(1);
    expect(busy.stderr).toContain('ClusterContainsContainerInstancesException');
    const { containerInstanceArns = [] } =
      await user.json<ListContainerInstancesResponse>('list-container-instances');
    for (const arn of containerInstanceArns)
      await user.ok('deregister-container-instance', '--container-instance', arn, '--force');
    await user.ok('delete-cluster', '--cluster', 'default');
    for (const host of cluster.hosts)
      expect(await host.docker('volume', 'ls', '-q', '--filter', 'label=longshore.marker')).toBe('');
    expect(await user.json('list-clusters')).toEqual({ clusterArns: [] });
  });
});

/** What answers at `host:port`, the host by name or address as the table has it. */
async function fetchText(cluster: TestCluster, address: string): Promise<string> {
  const [host = '', port] = address.split(':');
  const known = cluster.hosts.find(({ name }) => name === host)?.address ?? host;
  const answer = await fetch(`http://${known}:${port}/`, { signal: AbortSignal.timeout(5000) });
  return answer.text();
}
