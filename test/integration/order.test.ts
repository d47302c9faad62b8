import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContainerDefinition, DescribeTasksResponse, RunTaskResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User, type Command } from './longshore.js';

/** Ends at once when it is told to, and takes that time for it. */
const lasting = (seconds = 0) => ['sh', '-c', `trap 'sleep ${seconds}; exit 0' TERM; sleep 600 & wait`];
const on = (containerName: string, condition: 'COMPLETE' | 'SUCCESS' | 'HEALTHY' | 'START') => ({
  containerName,
  condition,
});
const web = container({
  name: 'web',
  command: lasting(),
  stopTimeout: 5,
  dependsOn: [on('setup', 'SUCCESS')],
});
const setup = container({ name: 'setup', essential: false });

describeWithHosts('the order of containers on real hosts', () => {
  let cluster: TestCluster;
  let user: User;
  const started: Command[] = [];

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
  });
  afterAll(async () => {
    for (const command of started) command.signal('SIGKILL');
    user?.remove();
    await cluster?.release();
  });

  const run = async (family: string, containers: ContainerDefinition[]) => {
    await register(user, family, containers);
    const outcome = await user.run(['run-task', '--task-definition', family]);
    return { ...outcome, task: (JSON.parse(outcome.stdout) as RunTaskResponse).tasks?.[0] };
  };
  /** What the engine says of a container of the only task of a family. */
  const shown = async (family: string, name: string) => {
    const labels = [`com.amazonaws.ecs.task-definition-family=${family}`, `longshore.container=${name}`];
    const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
    const id = await cluster.host('web1').docker('ps', '--all', '--quiet', '--no-trunc', ...filters);
    if (id.trim() === '') return undefined;
    const answer = await cluster.host('web1').docker('inspect', id.trim());
    const [facts] = JSON.parse(answer) as {
      Id: string;
      RestartCount: number;
      HostConfig: { RestartPolicy: { Name: string } };
      State: { Status: string; StartedAt: string; FinishedAt: string; ExitCode: number };
    }[];
    return facts;
  };
  const times = async (family: string, which: 'StartedAt' | 'FinishedAt', ...names: string[]) => {
    const all = await Promise.all(names.map((name) => shown(family, name)));
    return all.map((one) => Date.parse(one?.State[which] ?? ''));
  };
  const ascend = (values: number[]) =>
    values.every((value, i) => i === 0 || value >= (values[i - 1] ?? Infinity));
  const described = async (id: string) =>
    (await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', id)).tasks?.[0];
  /** A run-task that waits for a container which never ends, and its task. */
  const waiting = async (family: string, ...args: string[]) => {
    await register(user, family, [web, { ...setup, command: lasting(), stopTimeout: 5 }]);
    const command = user.start(['run-task', '--task-definition', family, '--debug', ...args]);
    started.push(command);
    await expect
      .poll(() => command.printed.stderr, { timeout: 20_000 })
      .toMatch(/waiting for setup to end with SUCCESS/);
    const [, id = ''] = /task ([0-9a-f]{32}): waiting/.exec(command.printed.stderr) ?? [];
    return { command, id };
  };

  it('is that of dependsOn at the start, and the other way round at the stop, each in its time', async () => {
    const chain = [
      container({
        name: 'front',
        command: lasting(),
        stopTimeout: 5,
        dependsOn: [on('app', 'START'), on('init', 'COMPLETE')],
      }),
      container({
        name: 'app',
        command: lasting(1),
        stopTimeout: 9,
        dependsOn: [on('db', 'HEALTHY'), on('migrate', 'SUCCESS')],
      }),
      container({
        name: 'db',
        command: lasting(),
        stopTimeout: 5,
        healthCheck: { command: ['CMD-SHELL', 'test -e /proc/1'], interval: 5 },
      }),
      container({ name: 'migrate', essential: false, command: ['sh', '-c', 'sleep 1; echo migrated'] }),
      container({ name: 'init', essential: false, command: ['sh', '-c', 'exit 4'] }),
      container({ name: 'alone', essential: false }),
    ];
    const { task } = await run('chain', chain);
    expect(task).toMatchObject({ lastStatus: 'RUNNING' });
    const states = task?.containers?.map(({ name, lastStatus, exitCode }) => [name, lastStatus, exitCode]);
    expect(states).toEqual([
      ['front', 'RUNNING', undefined],
      ['app', 'RUNNING', undefined],
      ['db', 'RUNNING', undefined],
      ['migrate', 'STOPPED', 0],
      ['init', 'STOPPED', 4],
      ['alone', 'RUNNING', undefined],
    ]);
    expect(ascend(await times('chain', 'StartedAt', 'db', 'app', 'front'))).toBe(true);
    const [app = 0, alone = 0] = await times('chain', 'StartedAt', 'app', 'alone');
    // Its first health check comes after five seconds: who waits for nobody isn't kept.
    expect(app - alone).toBeGreaterThan(2000);
    const [migrated = Infinity] = await times('chain', 'FinishedAt', 'migrate');
    expect(migrated).toBeLessThanOrEqual(app);

    await user.ok('stop-task', '--task', idOf(task?.taskArn));
    expect(ascend(await times('chain', 'FinishedAt', 'front', 'app', 'db'))).toBe(true);
    const ends = await Promise.all(['front', 'app', 'db', 'alone'].map((name) => shown('chain', name)));
    // Those that hear SIGTERM had the time for it; the last one doesn't.
    expect(ends.map((one) => one?.State.ExitCode)).toEqual([0, 0, 0, 137]);
  });

  it('stops a task whose condition can’t come true, with what ran and its log', async () => {
    const { task, code, stderr } = await run('broken', [
      web,
      { ...setup, command: ['sh', '-c', 'echo no schema; exit 3'] },
    ]);
    const reason =
      'CannotStartContainerError: dependency graph: container ordering dependency [setup] for target [web] did not exit successfully (exit code 3)';
    expect(code, stderr).toBe(1);
    expect(task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
      stoppedReason: reason,
      containers: [
        { name: 'web', exitCode: 143, reason },
        { name: 'setup', exitCode: 3 },
      ],
    });
    expect((await user.ok('logs', '--task', idOf(task?.taskArn))).stdout).toMatch(/no schema/);
    expect(await shown('broken', 'web')).toBeUndefined();
  });

  it('waits no longer than startTimeout of the container that is waited for', async () => {
    const { task } = await run('late', [web, { ...setup, startTimeout: 2 }]);
    expect(task).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: expect.stringContaining('has timed out'),
      containers: [{ exitCode: 143 }, { name: 'setup', exitCode: 137 }],
    });
    const [begin = 0] = await times('late', 'StartedAt', 'setup');
    const [end = 0] = await times('late', 'FinishedAt', 'setup');
    expect(end - begin).toBeGreaterThan(2000);
  });

  it('says what it waits for, also while that is UNHEALTHY, which may pass', async () => {
    const check = ['CMD-SHELL', 'echo not yet; test -e /tmp/ready'];
    const db = container({
      name: 'db',
      command: lasting(),
      healthCheck: { command: check, interval: 5, timeout: 2, retries: 1 },
    });
    await register(user, 'sick', [{ ...web, dependsOn: [on('db', 'HEALTHY')] }, db]);
    const command = user.start(['run-task', '--task-definition', 'sick']);
    started.push(command);
    const told = () => command.printed.stderr;
    await expect.poll(told, { timeout: 30_000 }).toMatch(/waiting for db to be HEALTHY \(it is UNHEALTHY\)/);
    expect(told()).toMatch(/^task [0-9a-f]{8} on web1: waiting for db to be HEALTHY$/m);
    expect(told()).toMatch(/see longshore logs --task [0-9a-f]{8} --container db$/m);
    const [, id = ''] = /task ([0-9a-f]{8})/.exec(told()) ?? [];
    expect(await described(id)).toMatchObject({
      lastStatus: 'PENDING',
      containers: [
        { lastStatus: 'PENDING', reason: 'waiting for db to be HEALTHY (it is UNHEALTHY)' },
        { lastStatus: 'RUNNING', healthStatus: 'UNHEALTHY' },
      ],
    });
    await cluster.host('web1').docker('exec', (await shown('sick', 'db'))?.Id ?? '', 'touch', '/tmp/ready');
    expect((await command.outcome).code).toBe(0);
    const task = await described(id);
    expect(task).toMatchObject({ lastStatus: 'RUNNING', containers: [{ name: 'web' }, { name: 'db' }] });
    expect(task?.containers?.[0]?.reason).toBeUndefined();
    await user.ok('stop-task', '--task', id);
  }, 90_000);

  it('can be broken off by Ctrl-C, stop-task, and by a kill: what ran is stopped', async () => {
    const interrupted = await waiting('interrupted');
    expect(await described(interrupted.id)).toMatchObject({
      lastStatus: 'PENDING',
      containers: [{ lastStatus: 'PENDING' }, { lastStatus: 'RUNNING' }],
    });
    interrupted.command.signal('SIGINT');
    expect((await interrupted.command.outcome).code).toBe(130);
    expect((await shown('interrupted', 'setup'))?.State).toMatchObject({ Status: 'exited', ExitCode: 0 });

    const stopped = await waiting('stopped');
    await user.ok('stop-task', '--task', stopped.id, '--reason', 'enough');
    await stopped.command.outcome;
    expect(await described(stopped.id)).toMatchObject({ lastStatus: 'STOPPED', stoppedReason: 'enough' });
    expect((await shown('stopped', 'setup'))?.State).toMatchObject({ Status: 'exited', ExitCode: 0 });

    const killed = await waiting('killed');
    killed.command.signal('SIGKILL');
    await killed.command.outcome;
    await user.ok('reconcile');
    expect(await described(killed.id)).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
    });
    expect((await shown('killed', 'setup'))?.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    for (const family of ['interrupted', 'stopped', 'killed'])
      expect(await shown(family, 'web')).toBeUndefined();
  });

  it('goes on where the connection to the host drops meanwhile', async () => {
    await register(user, 'dropped', [web, { ...setup, command: ['sh', '-c', 'sleep 4'] }]);
    const command = user.start(['run-task', '--task-definition', 'dropped', '--debug']);
    started.push(command);
    await expect.poll(() => command.printed.stderr, { timeout: 20_000 }).toMatch(/watch events/);
    await cluster.host('web1').dropSshSessions();
    const { stdout, stderr } = await command.outcome;
    expect((JSON.parse(stdout) as RunTaskResponse).tasks, stderr).toMatchObject([{ lastStatus: 'RUNNING' }]);
  });

  it('on a host that was cut off meanwhile: goes on, gives up after startTimeout, and after a kill leaves nothing', async () => {
    const host = cluster.host('web1');
    const setups = { cut: { command: ['sleep', '8'] }, overdue: { startTimeout: 5 }, orphan: {} };
    const commands = await Promise.all(
      Object.entries(setups).map(async ([family, changes]) => {
        await register(user, family, [web, { ...setup, stopTimeout: 1, ...changes }]);
        const command = user.start(['run-task', '--task-definition', family]);
        started.push(command);
        const told = () => command.printed.stderr;
        await expect.poll(told, { timeout: 20_000 }).toContain('waiting for setup to end with SUCCESS');
        return command;
      }),
    );
    await host.inflict('network-cut');
    commands[2]?.signal('SIGKILL');
    const away = await user.run(['reconcile', '--connect-timeout', '2']);
    expect(away).toMatchObject({ code: 3, stderr: expect.stringMatching(/^failed: web1 unreachable/m) });
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await host.mend('network-cut');
    const [cut, overdue] = await Promise.all(commands.map(({ outcome }) => outcome));
    expect(JSON.parse(cut?.stdout ?? '')).toMatchObject({ tasks: [{ lastStatus: 'RUNNING' }] });
    expect(overdue?.stdout).toContain('has timed out');
    await user.ok('reconcile');
    expect((await shown('orphan', 'setup'))?.State.Status).toBe('exited');
    for (const family of ['overdue', 'orphan']) expect(await shown(family, 'web'), family).toBeUndefined();
    const running = await host.docker('ps', '--format', '{{.Names}}', '--filter', 'name=ecs-cut-1-web');
    expect(running.trim().split('\n')).toHaveLength(1);
  }, 90_000);

  it('is awaited for many tasks at once on a host that forwards no sockets', async () => {
    const init = { ...setup, memory: 6, cpu: 8, command: ['sleep', '5'] };
    await register(user, 'many', [{ ...web, memory: 6, cpu: 8 }, init]);
    const host = cluster.host('web1');
    await host.inflict('stream-local-forbidden');
    try {
      const run = () => user.json<RunTaskResponse>('run-task', '--task-definition', 'many', '--count', '10');
      const answers = await Promise.all([run(), run(), run()]);
      const tasks = answers.flatMap((answer) => answer.tasks ?? []);
      expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(Array(30).fill('RUNNING'));
    } finally {
      await host.mend('stream-local-forbidden');
    }
  }, 120_000);

  it('a restart policy is the engine’s: the task goes on, and a stop is for good', async () => {
    const restarted = (name: string, ignoredExitCodes: number[]) =>
      container({
        name,
        command: lasting(),
        stopTimeout: 5,
        restartPolicy: { enabled: true, ignoredExitCodes },
      });
    /** Ends well at its first start. */
    const once = (name: string, ignoredExitCodes: number[]): ContainerDefinition => {
      const [shell = '', option = '', script = ''] = lasting();
      const command = [shell, option, `test -e /once || { touch /once; exit 0; }; ${script}`];
      return { ...restarted(name, ignoredExitCodes), essential: false, command };
    };
    const { task } = await run('restarted', [
      restarted('always', []),
      restarted('failing', [0]),
      once('again', []),
      once('done', [0]),
    ]);
    const host = cluster.host('web1');
    const pidOf = async (name: string) => {
      const { Id = '' } = (await shown('restarted', name)) ?? {};
      return (await host.docker('inspect', '-f', '{{.State.Pid}}', Id)).trim();
    };
    const pids = await Promise.all(['always', 'failing'].map(pidOf));
    await host.exec(['kill', '-KILL', ...pids]);
    await expect
      .poll(async () => (await described(idOf(task?.taskArn)))?.containers, { timeout: 20_000 })
      .toMatchObject([
        { name: 'always', lastStatus: 'RUNNING', restartCount: 1 },
        { name: 'failing', lastStatus: 'RUNNING', restartCount: 1 },
        { name: 'again', lastStatus: 'RUNNING', restartCount: 1 },
        { name: 'done', lastStatus: 'STOPPED', exitCode: 0 },
      ]);
    await user.ok('reconcile');
    expect(await described(idOf(task?.taskArn))).toMatchObject({ lastStatus: 'RUNNING' });

    await user.ok('stop-task', '--task', idOf(task?.taskArn));
    await host.restartEngine();
    for (const name of ['always', 'failing']) {
      expect(await shown('restarted', name)).toMatchObject({
        State: { Status: 'exited' },
        HostConfig: { RestartPolicy: { Name: 'no' } },
      });
    }
  });
});
