import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DescribeTasksResponse, ListTasksResponse, RunTaskResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register, web } from './definitions.js';
import { labelled } from './labels.js';
import { idOf, User } from './longshore.js';
import { sizeOf } from './size.js';

describeWithHosts('run-task on real hosts', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
    await register(user, 'shell', [container({ command: ['sh', '-c', 'echo out; echo err >&2; exit 7'] })]);
    await register(user, 'sleeper', [container()]);
    await register(user, 'stoppable', [container({ image: 'noeding/ecs-test', command: undefined })]);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const run = (...args: string[]) => user.run(['run-task', '--task-definition', ...args]);
  const answer = (stdout: string) => JSON.parse(stdout) as RunTaskResponse;
  const describeTask = async (id: string) =>
    (await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', id)).tasks?.[0];
  const listed = async (...args: string[]) =>
    (await user.json<ListTasksResponse>('list-tasks', ...args)).taskArns ?? [];

  it('--wait gives the container’s own exit code, and the task as it ended', async () => {
    const outcome = await run('shell', '--wait');
    expect(outcome.code, outcome.stderr).toBe(7);
    expect(answer(outcome.stdout).tasks).toMatchObject([
      { lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited', containers: [{ exitCode: 7 }] },
    ]);
  });

  it('--wait of several tasks gives the first code that isn’t 0', async () => {
    expect((await run('shell', '--count', '3', '--wait')).code).toBe(7);
    expect((await run('shell', '--count', '2', '--wait', '--', 'true')).code).toBe(0);
  });

  it('words after -- replace the command; --follow prints the log, and nothing else, to stdout', async () => {
    const outcome = await run(
      'shell',
      '--wait',
      '--follow',
      '--',
      'sh',
      '-c',
      'echo "$0 and $1"; exit 3',
      'a b',
      '--wait',
    );
    expect(outcome).toMatchObject({ code: 3, stdout: 'a b and --wait\n' });
  });

  it('--follow prefixes the lines of several tasks, and loses none', async () => {
    const count = 'i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; done';
    const outcome = await run('shell', '--count', '2', '--follow', '--', 'sh', '-c', count);
    expect(outcome.code, outcome.stderr).toBe(0);
    const lines = outcome.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(400);
    expect(new Set(lines.map((line) => line.replace(/line \d+$/, ''))).size).toBe(2);
  });

  it('--container says whose command it is, where there are several', async () => {
    const family = await register(user, 'two', [
      web('two'),
      container({ name: 'job', command: ['sleep', '600'] }),
    ]);
    const unclear = await run(family, '--wait', '--', 'false');
    expect(unclear).toMatchObject({ code: 2, stdout: '' });
    expect(unclear.stderr).toContain('--container web|job');
    const outcome = await run(family, '--wait', '--container', 'job', '--', 'sh', '-c', 'exit 9');
    expect(outcome.code, outcome.stderr).toBe(9);
  });

  it('--timeout stops the task when the time is up, and says so by 125', async () => {
    const outcome = await run('sleeper', '--wait', '--timeout', '2s');
    expect(outcome.code, outcome.stderr).toBe(125);
    expect(outcome.stderr).toContain('the time is up');
    expect(answer(outcome.stdout).tasks).toMatchObject([{ lastStatus: 'STOPPED' }]);
    expect(await listed('--family', 'sleeper')).toEqual([]);
  });

  it('--timeout --on-interrupt detach leaves the task running', async () => {
    const outcome = await run('sleeper', '--wait', '--timeout', '1s', '--on-interrupt', 'detach');
    expect(outcome.code).toBe(125);
    const [task] = await listed('--family', 'sleeper');
    expect(outcome.stderr).toContain(`longshore logs --task ${idOf(task).slice(0, 8)}`);
    await user.ok('stop-task', '--task', idOf(task));
  });

  it('125 is for failures of ours, so that they don’t look like the container’s', async () => {
    const family = await register(user, 'no-image', [container({ image: 'nowhere.invalid/none' })]);
    const outcome = await run(family, '--wait');
    expect(outcome.code, outcome.stderr).toBe(125);
    expect(answer(outcome.stdout).tasks).toMatchObject([
      { stopCode: 'TaskFailedToStart', stoppedReason: expect.stringContaining('CannotPullContainerError') },
    ]);
    expect((await run('nothing', '--wait')).code).toBe(125);
    expect((await run('nothing')).code).toBe(1);
  });

  it('a task whose program does not exist fails to start, and leaves no container', async () => {
    const family = await register(user, 'no-program', [container({ command: ['no-such-program'] })]);
    const outcome = await run(family);
    expect(outcome.code).toBe(1);
    const [task] = answer(outcome.stdout).tasks ?? [];
    expect(task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
    expect(task?.containers?.[0]?.reason).toMatch(/^CannotStartContainerError: .*no-such-program/);
    const id = idOf(task?.taskArn);
    expect((await labelled(cluster.hosts)).filter((c) => c.taskId === id)).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s under --wait stops the task', async (signal, code) => {
    const running = user.start(['run-task', '--task-definition', 'stoppable', '--follow']);
    await expect.poll(() => running.printed.stdout, { timeout: 15_000 }).toContain('message 2');
    running.signal(signal);
    const outcome = await running.outcome;
    expect(outcome.code, outcome.stderr).toBe(code);
    expect(await listed('--family', 'stoppable')).toEqual([]);
  });

  it('a signal under --on-interrupt detach leaves the task running', async () => {
    const running = user.start([
      'run-task',
      '--task-definition',
      'stoppable',
      '--follow',
      '--on-interrupt',
      'detach',
    ]);
    await expect.poll(() => running.printed.stdout, { timeout: 15_000 }).toContain('message 1');
    running.signal('SIGINT');
    expect((await running.outcome).code).toBe(130);
    const [task] = await listed('--family', 'stoppable');
    expect(await describeTask(idOf(task))).toMatchObject({ lastStatus: 'RUNNING' });
    await user.ok('stop-task', '--task', idOf(task));
  });

  it('Ctrl-C at a terminal asks what becomes of the task', async () => {
    const running = user.start(['run-task', '--task-definition', 'stoppable', '--wait'], { terminal: 100 });
    await expect.poll(() => running.printed.stdout, { timeout: 15_000 }).toContain('running on');
    running.type('\x03');
    await expect.poll(() => running.printed.stdout, { timeout: 10_000 }).toMatch(/Leave running/);
    running.type('\x1b[B\r');
    expect((await running.outcome).code).toBe(130);
    const [task] = await listed('--family', 'stoppable');
    expect(await describeTask(idOf(task))).toMatchObject({ lastStatus: 'RUNNING' });
    await user.ok('stop-task', '--task', idOf(task));
  });

  it('--follow prints what a task says as it is stopped', async () => {
    const patient = 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.1; done';
    const running = user.start([
      'run-task',
      '--task-definition',
      'shell',
      '--follow',
      '--',
      'sh',
      '-c',
      patient,
    ]);
    await expect.poll(() => running.printed.stdout, { timeout: 15_000 }).toContain('up');
    running.signal('SIGTERM');
    expect(await running.outcome).toMatchObject({ code: 143, stdout: 'up\nbye\n' });
  });

  it('a signal while tasks start undoes what does not run yet, and tells what does', async () => {
    const words = ['run-task', '--task-definition', 'sleeper', '--count', '24', '--group', 'cut-short'];
    const cut = async (...more: string[]) => {
      const running = user.start([...words, ...more]);
      await expect.poll(() => running.printed.stderr, { timeout: 15_000 }).toMatch(/running on/);
      running.signal('SIGINT');
      const outcome = await running.outcome;
      expect(outcome.code, outcome.stderr).toBe(130);
      const { tasks = [] } = answer(outcome.stdout);
      expect(tasks).toHaveLength(24);
      const run = tasks.filter((task) => task.lastStatus === 'RUNNING').map((task) => idOf(task.taskArn));
      const ids = new Set(tasks.map((task) => idOf(task.taskArn)));
      const there = (await labelled(cluster.hosts)).filter((c) => ids.has(c.taskId));
      const up = there.filter((c) => c.state === 'running').map((c) => c.taskId);
      expect(up.sort()).toEqual(run.sort());
      expect(there.filter((c) => c.state === 'created')).toEqual([]);
      return { run, outcome, there };
    };
    const { run: left, outcome } = await cut();
    expect(left.length).toBeGreaterThan(0);
    for (const id of left)
      expect(outcome.stderr).toMatch(new RegExp(`left running: longshore logs .*${id.slice(0, 8)}`));
    await Promise.all(left.map((id) => user.ok('stop-task', '--task', id)));

    const stopped = await cut('--wait');
    expect(stopped.run).toEqual([]);
    // Some ran before they were stopped.
    expect(stopped.there.length).toBeGreaterThan(0);
  });

  it('the exit code is that of the container that ended first, whatever the others make of their stop', async () => {
    const family = await register(user, 'first-decides', [
      container({ name: 'job', command: ['sh', '-c', 'sleep 1; exit 137'] }),
      container({ name: 'side', command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'] }),
    ]);
    const outcome = await run(family, '--wait');
    expect(outcome.code, outcome.stderr).toBe(137);
  });

  it('somebody else’s stop that takes long keeps no run-task waiting', async () => {
    const family = await register(user, 'stubborn', [container({ stopTimeout: 20 })]);
    const { tasks: [task] = [] } = answer((await run(family)).stdout);
    const stopping = user.start(['stop-task', '--task', idOf(task?.taskArn)]);
    await expect
      .poll(async () => (await describeTask(idOf(task?.taskArn)))?.lastStatus, { timeout: 15_000 })
      .toBe('STOPPING');
    stopping.signal('SIGKILL');
    const outcome = await run('shell', '--', 'true');
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.ms).toBeLessThan(15_000);
    await user.ok('reconcile');
    expect(await describeTask(idOf(task?.taskArn))).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'UserInitiated',
    });
  });

  it('--client-token gives the same tasks again, and refuses another request with it', async () => {
    const [first, second] = [
      await run('sleeper', '--client-token', 'once'),
      await run('sleeper', '--client-token', 'once'),
    ];
    const [one, other] = [answer(first.stdout).tasks ?? [], answer(second.stdout).tasks ?? []];
    expect(one).toHaveLength(1);
    expect(other.map((task) => task.taskArn)).toEqual(one.map((task) => task.taskArn));
    const conflict = await run('sleeper', '--count', '2', '--client-token', 'once');
    expect(conflict.code).toBe(1);
    expect(conflict.stderr).toContain('ConflictException');

    const racing = await Promise.all(
      Array.from({ length: 4 }, () => run('sleeper', '--client-token', 'race')),
    );
    const arns = racing.flatMap(({ stdout }) => (answer(stdout).tasks ?? []).map((task) => task.taskArn));
    expect(arns).toHaveLength(4);
    expect(new Set(arns).size).toBe(1);
  });

  it('places what fits, and says of the rest why not', async () => {
    const { cpu } = await sizeOf(user);
    const family = await register(user, 'large', [container({ cpu: Math.ceil(cpu * 0.6) })]);
    const outcome = await run(family, '--count', '5');
    expect(outcome.code, outcome.stderr).toBe(3);
    const { tasks, failures } = answer(outcome.stdout);
    expect(tasks).toHaveLength(3);
    expect(failures).toMatchObject([
      { arn: expect.stringContaining('container-instance/default/'), reason: 'RESOURCE:CPU' },
      { reason: 'RESOURCE:CPU', detail: expect.stringMatching(/3 of 3 hosts lack \d+ CPU units/) },
    ]);
    for (const task of tasks ?? []) await user.ok('stop-task', '--task', idOf(task.taskArn));
    expect((await run(await register(user, 'huge', [container({ cpu: cpu + 1 })]))).code).toBe(4);
  });

  it('--dry-run shows the plan and starts nothing', async () => {
    const before = (await labelled(cluster.hosts)).length;
    const outcome = await user.run(['run-task', '--task-definition', 'large', '--count', '2', '--dry-run'], {
      terminal: 120,
    });
    expect(outcome.code).toBe(0);
    for (const host of ['web1', 'web2', 'web3']) expect(outcome.stdout).toContain(host);
    expect(answer((await run('large', '--count', '2', '--dry-run')).stdout).tasks).toHaveLength(2);
    expect(await labelled(cluster.hosts)).toHaveLength(before);
    expect(await listed('--family', 'large')).toEqual([]);
  });

  it('places by constraint and strategy', async () => {
    const strategy = ['--placement-strategy', 'type=spread,field=instanceId', '--group', 'a-new-one'];
    const spread = answer((await run('sleeper', '--count', '3', ...strategy)).stdout).tasks ?? [];
    expect(new Set(spread.map((task) => task.containerInstanceArn)).size).toBe(3);
    const member = ['--placement-constraints', 'type=memberOf,expression="ec2InstanceId == web2"'];
    const pinned = answer((await run('sleeper', '--count', '3', ...member)).stdout).tasks ?? [];
    expect(new Set(pinned.map((task) => task.containerInstanceArn)).size).toBe(1);
  });
});
