import { afterAll, beforeAll, expect, it } from 'vitest';
import type {
  DescribeTasksResponse,
  ListAttributesResponse,
  ListTagsForResourceResponse,
  ListTaskDefinitionsResponse,
  RunTaskResponse,
  StartTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { tellEngine } from '../hosts/engine-api.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register, web } from './definitions.js';
import { labelled, runningTasks } from './labels.js';
import { idOf, User } from './longshore.js';
import { sizeOf } from './size.js';

describeWithHosts('start-task, attributes, tags and waiters on real hosts', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
    await register(user, 'sleeper', [container()]);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const start = async (definition: string, ...hosts: string[]) => {
    const outcome = await user.run([
      'start-task',
      '--task-definition',
      definition,
      '--container-instances',
      ...hosts,
    ]);
    return { ...outcome, answer: JSON.parse(outcome.stdout) as StartTaskResponse };
  };
  const hostsOf = async ({ tasks = [] }: StartTaskResponse | RunTaskResponse) => {
    const ids = tasks.map(({ taskArn }) => idOf(taskArn));
    const there = await labelled(cluster.hosts);
    return ids.map((id) => there.find(({ taskId, state }) => taskId === id && state === 'running')?.host);
  };

  it('start-task starts one task on each named host, and says why not on the others', async () => {
    const both = await start('sleeper', 'web3', 'web1');
    expect(both.code, both.stderr).toBe(0);
    expect(await hostsOf(both.answer)).toEqual(['web3', 'web1']);
    await user.ok(
      'update-container-instances-state',
      '--container-instances',
      'web2',
      '--status',
      'DRAINING',
    );
    const some = await start('sleeper', 'web1', 'web2', 'web9');
    await user.ok('update-container-instances-state', '--container-instances', 'web2', '--status', 'ACTIVE');
    expect(some.code, some.stderr).toBe(3);
    expect(await hostsOf(some.answer)).toEqual(['web1']);
    expect(some.answer.failures?.map(({ reason }) => reason)).toEqual(['DRAINING', 'MISSING']);
    const none = await start('sleeper', 'web9');
    expect(none).toMatchObject({ code: 4, answer: { tasks: [] } });
  });

  it('start-task never over-fills a host that several states use at once', async () => {
    const { memory } = await sizeOf(user);
    await register(user, 'large', [container({ memory: Math.floor(memory / 3) - 20 })]);
    const colleague = new User(cluster);
    try {
      await colleague.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
      await register(colleague, 'large', [container({ memory: Math.floor(memory / 3) - 20 })]);
      const words = [
        'start-task',
        '--task-definition',
        'large',
        '--container-instances',
        'web2',
        'web2',
        'web2',
      ];
      const outcomes = await Promise.all([user.run(words), colleague.run(words)]);
      const answers = outcomes.map(({ stdout }) => JSON.parse(stdout) as StartTaskResponse);
      expect(answers.flatMap(({ tasks = [] }) => tasks)).toHaveLength(3);
      expect(answers.flatMap(({ failures = [] }) => failures).map(({ reason }) => reason)).toEqual(
        Array.from({ length: 3 }, () => 'RESOURCE:MEMORY'),
      );
      const large = runningTasks(await labelled(cluster.hosts)).filter(
        ({ labels }) => labels['com.amazonaws.ecs.task-definition-family'] === 'large',
      );
      expect(large.map(({ host }) => host)).toEqual(['web2', 'web2', 'web2']);
    } finally {
      colleague.remove();
    }
  });

  it('attributes that are put decide at once where tasks go', async () => {
    const constraint = 'type=memberOf,expression=attribute:disk == ssd';
    const run = async () => {
      const words = [
        'run-task',
        '--task-definition',
        'sleeper',
        '--count',
        '2',
        '--placement-constraints',
        constraint,
      ];
      const { stdout } = await user.run(words);
      return JSON.parse(stdout) as RunTaskResponse;
    };
    expect((await run()).failures?.[0]?.reason).toBe('MemberOf placement constraint unsatisfied.');
    await user.ok(
      'put-attributes',
      '--attributes',
      'name=disk,value=ssd,targetId=web3',
      'name=new,targetId=web1',
    );
    expect(await hostsOf(await run())).toEqual(['web3', 'web3']);
    const list = async (...more: string[]) =>
      (
        await user.json<ListAttributesResponse>(
          'list-attributes',
          '--target-type',
          'container-instance',
          ...more,
        )
      ).attributes ?? [];
    expect(await list('--attribute-name', 'disk')).toMatchObject([{ name: 'disk', value: 'ssd' }]);
    expect((await list('--attribute-name', 'ecs.os-type', '--attribute-value', 'linux')).length).toBe(3);
    // All pages, without being asked for more.
    expect((await list()).length).toBeGreaterThan(60);
    await user.ok('delete-attributes', '--attributes', 'name=disk,targetId=web3');
    expect((await run()).tasks).toEqual([]);
  });

  it('tags of a task stand in its labels as it was started, and come back by recover', async () => {
    const words = [
      '--task-definition',
      'sleeper',
      '--container-instances',
      'web1',
      '--tags',
      'key=team,value=a b',
    ];
    const { tasks = [] } = await user.json<StartTaskResponse>('start-task', ...words);
    const id = idOf(tasks[0]?.taskArn);
    const arn = `task/default/${id.slice(0, 12)}`;
    await user.ok('tag-resource', '--resource-arn', arn, '--tags', 'key=later,value=1');
    const tags = async (of: User) =>
      (await of.json<ListTagsForResourceResponse>('list-tags-for-resource', '--resource-arn', arn)).tags;
    const first = { key: 'team', value: 'a b' };
    expect(await tags(user)).toEqual([first, { key: 'later', value: '1' }]);
    const successor = new User(cluster);
    try {
      await successor.ok('recover', '--hosts', 'web1', 'web2', 'web3');
      expect(await tags(successor)).toEqual([first]);
    } finally {
      successor.remove();
    }
    await user.ok('untag-resource', '--resource-arn', arn, '--tag-keys', 'team', 'later');
    const { tasks: shown } = await user.json<DescribeTasksResponse>(
      'describe-tasks',
      '--tasks',
      id,
      '--include',
      'TAGS',
    );
    expect(shown?.[0]?.tags).toEqual([]);
  });

  it('waiters return as soon as it is true, and give up with 255', async () => {
    const { answer } = await start('sleeper', 'web1', 'web2');
    const ids = (answer.tasks ?? []).map(({ taskArn }) => idOf(taskArn));
    const wait = (verb: string, ...more: string[]) => user.run(['wait', verb, '--tasks', ...more]);
    expect(await wait('tasks-running', ...ids)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const stopped = user.start(['wait', 'tasks-stopped', '--tasks', ...ids]);
    await Promise.all(ids.map((task) => user.ok('stop-task', '--task', task)));
    expect(await stopped.outcome).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const late = await wait('tasks-running', ...ids);
    expect(late).toMatchObject({ code: 255, stdout: '' });
    expect(late.stderr).toMatch(
      /^Waiter TasksRunning failed: task [0-9a-f]{8} has stopped: Task stopped by user\n$/,
    );
    const { answer: more } = await start('sleeper', 'web1');
    const bounded = await wait('tasks-stopped', idOf(more.tasks?.[0]?.taskArn), '--timeout', '1s');
    expect(bounded).toMatchObject({ code: 255, stdout: '' });
    expect(bounded.stderr).toMatch(/is not stopped after 1 s\n$/);
  });

  it('a deleted definition goes when its last task has ended', async () => {
    await register(user, 'doomed', [web('doomed')]);
    const { answer } = await start('doomed', 'web1');
    await user.ok('deregister-task-definition', '--task-definition', 'doomed:1');
    await user.ok('delete-task-definitions', '--task-definitions', 'doomed:1');
    const left = async () =>
      (
        await user.json<ListTaskDefinitionsResponse>(
          'list-task-definitions',
          '--status',
          'DELETE_IN_PROGRESS',
        )
      ).taskDefinitionArns ?? [];
    expect((await left()).map(idOf)).toEqual(['doomed:1']);
    await user.ok('stop-task', '--task', idOf(answer.tasks?.[0]?.taskArn));
    expect(await left()).toEqual([]);
  });

  it('defaultLogDriverMode reaches the engine, and logs are still there', async () => {
    await user.ok('put-account-setting', '--name', 'defaultLogDriverMode', '--value', 'non-blocking');
    const logConfiguration = { logDriver: 'json-file' as const, options: { 'max-size': '1m' } };
    await register(user, 'logger', [
      container({ logConfiguration, command: ['sh', '-c', 'echo hello; sleep 600'] }),
    ]);
    const { answer } = await start('logger', 'web1');
    await user.ok('delete-account-setting', '--name', 'defaultLogDriverMode');
    const id = idOf(answer.tasks?.[0]?.taskArn);
    const host = cluster.hosts.find(({ name }) => name === 'web1');
    const ours = (await labelled(cluster.hosts)).find(({ taskId }) => taskId === id);
    const { HostConfig } = await tellEngine<{ HostConfig: { LogConfig: unknown } }>(
      host?.dockerSocket ?? '',
      'GET',
      `/containers/${ours?.id}/json`,
    );
    expect(HostConfig.LogConfig).toEqual({
      Type: 'json-file',
      Config: { mode: 'non-blocking', 'max-size': '1m', 'max-file': '5' },
    });
    expect((await user.ok('logs', '--task', id)).stdout).toContain('hello');
  });
});
