import { createHash, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  waitUntilTasksRunning,
} from '@aws-sdk/client-ecs';
import type {
  DescribeServicesResponse,
  DescribeTasksResponse,
  RunTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { patience } from '../hosts/wait.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { type Command, idOf, User, type RunOptions } from './longshore.js';
import { colleagueOf, endServer, socketOn, startServer } from './server-on-host.js';

describeWithHosts('longshore serve', () => {
  let cluster: TestCluster;
  /** Whose server it is. */
  let owner: User;
  /** Has a state of its own, which stays empty. */
  let colleague: User;
  let server: Command;
  let url: string;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    owner = new User(cluster, { env: { LONGSHORE_HEALTHY_AFTER: '1' } });
    server = await serve();
    colleague = colleagueOf(cluster);
    await colleague.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
    await register(colleague, 'sleeper', [container()]);
  });
  afterEach(() => cluster.hosts.map((host) => host.mendAll()));
  afterAll(async () => {
    await endServer(server);
    owner?.remove();
    colleague?.remove();
    await cluster?.release();
  });

  /** A server on the owner's state, once it listens. */
  async function serve(): Promise<Command> {
    const words = ['--listen', '127.0.0.1:0', '--unsigned'];
    const command = await startServer(owner, socketOn(cluster), words, /listening on .*http:/);
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(command.printed.stderr)?.[0] ?? '';
    return command;
  }

  const sdk = () =>
    new ECSClient({
      endpoint: url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      maxAttempts: 1,
    });

  /** Behind everybody's back. */
  const kill = async (container = '') => {
    const tries = cluster.hosts.map((host) => host.docker('kill', container));
    expect((await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  };

  it('listens on a socket that only its owner can open', () => {
    expect(statSync(socketOn(cluster)).mode & 0o777).toBe(0o600);
  });

  describe('for a colleague who reaches it by SSH', () => {
    it('is reached by a path, too', async () => {
      const there = await colleague.json<object>('list-clusters');
      expect(
        await colleague.json('list-clusters', '--endpoint', 'ssh://root@web1/run/longshore/longshore.sock'),
      ).toEqual(there);
    });

    it('runs a task, waits for it, and ends with its exit code', async () => {
      await register(colleague, 'seven', [container({ command: ['sh', '-c', 'echo out; exit 7'] })]);
      const { code, stdout, stderr } = await colleague.run([
        'run-task',
        '--task-definition',
        'seven',
        '--wait',
      ]);
      expect(code).toBe(7);
      expect(stdout).toContain('"lastStatus": "STOPPED"');
      expect(stderr).not.toMatch(/rror/);
    });

    it('follows logs until the task has ended', async () => {
      await register(colleague, 'counter', [
        container({ command: ['sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 1; done'] }),
      ]);
      const { tasks } = await colleague.json<RunTaskResponse>('run-task', '--task-definition', 'counter');
      const { code, stdout } = await colleague.run(['logs', '--task', idOf(tasks?.[0]?.taskArn), '--follow']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'line 1\nline 2\nline 3\n' });
    });

    describe('and runs commands in containers', () => {
      let task: string;
      beforeAll(async () => {
        const { tasks } = await colleague.json<RunTaskResponse>('run-task', '--task-definition', 'sleeper');
        task = idOf(tasks?.[0]?.taskArn);
      });
      const exec = (command: string[], options: RunOptions = {}) =>
        colleague.run(['execute-command', '--task', task, '--', ...command], options);

      it('with both streams and the exit code', async () => {
        expect(await exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toMatchObject({
          code: 7,
          stdout: 'out\n',
          stderr: 'err\n',
        });
      });

      it('with standard input of any size, and what is read slowly', async () => {
        const bytes = randomBytes(20_000_000);
        const file = owner.write('input', bytes);
        const { code, stdout } = await exec(['sh', '-c', 'sleep 1; md5sum'], { pipe: `cat '${file}'` });
        expect(code).toBe(0);
        expect(stdout).toContain(createHash('md5').update(bytes).digest('hex'));
      });

      it('until it is interrupted, also where its input is not read', async () => {
        const words = ['execute-command', '--task', task, '--', 'sh', '-c', 'echo go; sleep 600'];
        const command = colleague.start(words, { openInput: true });
        await expect.poll(() => command.printed.stdout, { timeout: 20_000 }).toContain('go');
        command.type('x'.repeat(3_000_000));
        command.signal('SIGINT');
        const ended = await Promise.race([command.outcome, sleep(10_000 * patience)]);
        expect(ended).toMatchObject({ code: 130, stderr: expect.stringContaining('may still run') });
      });

      it('on a terminal of the same size', async () => {
        const command = colleague.start(['execute-command', '--task', task, '--', 'sh'], { terminal: 97 });
        await expect.poll(() => command.printed.stdout, { timeout: 20_000 }).toContain('/ # ');
        command.type('stty size; tty\n');
        await expect
          .poll(() => command.printed.stdout, { timeout: 20_000 })
          .toMatch(/\d+ 97\r\n\/dev\/pts\/\d+/);
        command.type('exit 5\n');
        expect((await command.outcome).code).toBe(5);
      });
    });

    it('shows progress of a service, and ends when it is steady', async () => {
      const { code, stderr, stdout } = await colleague.run(
        [
          ...['create-service', '--service-name', 'web', '--task-definition', 'sleeper'],
          ...['--desired-count', '3'],
          ...['--deployment-configuration', 'minimumHealthyPercent=0'],
        ],
        { timeoutMs: 120_000 },
      );
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toContain('has reached a steady state');
      expect(stderr).not.toContain('not watched');
      expect(stdout).toContain('"runningCount": 3');
    });

    it('undoes what is interrupted', async () => {
      await register(colleague, 'slow', [
        container({
          name: 'first',
          essential: false,
          command: ['sleep', '300'],
          healthCheck: { command: ['CMD', 'false'], interval: 5, retries: 10 },
        }),
        container({ name: 'main', dependsOn: [{ containerName: 'first', condition: 'HEALTHY' }] }),
      ]);
      const command = colleague.start([
        'run-task',
        '--task-definition',
        'slow',
        '--started-by',
        'interrupted',
      ]);
      await expect.poll(() => command.printed.stderr, { timeout: 20_000 }).toMatch(/waits|waiting/);
      command.signal('SIGINT');
      const { code, stdout } = await command.outcome;
      expect(code).toBe(130);
      expect(stdout).toContain('"lastStatus": "STOPPED"');
      const left = await colleague.json<{ taskArns: string[] }>('list-tasks', '--started-by', 'interrupted');
      expect(left.taskArns).toEqual([]);
    });
  });

  describe('for SDKs', () => {
    it('answers before the task runs, and goes on', async () => {
      const client = sdk();
      const { tasks } = await client.send(new RunTaskCommand({ taskDefinition: 'sleeper', count: 2 }));
      expect(tasks?.map(({ lastStatus }) => lastStatus)).toEqual(['PENDING', 'PENDING']);
      const ids = (tasks ?? []).map(({ taskArn }) => taskArn ?? '');
      expect(ids[0]).toMatch(/^arn:aws:ecs:eu-west-1:/);
      await waitUntilTasksRunning({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { tasks: ids });
      const began = performance.now();
      const stopped = await client.send(new StopTaskCommand({ task: ids[0] }));
      expect(performance.now() - began).toBeLessThan(1000);
      expect(stopped.task).toMatchObject({ desiredStatus: 'STOPPED', stoppedReason: 'Task stopped by user' });
      await expect
        .poll(
          async () =>
            (await client.send(new DescribeTasksCommand({ tasks: ids }))).tasks?.map((t) => t.lastStatus),
          { timeout: 40_000 },
        )
        .toEqual(['STOPPED', 'RUNNING']);
    });

    it('shows what the hosts tell without asking them', async () => {
      const client = sdk();
      const { tasks } = await client.send(new RunTaskCommand({ taskDefinition: 'sleeper' }));
      const [task] = tasks ?? [];
      const arns = [task?.taskArn ?? ''];
      await waitUntilTasksRunning({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { tasks: arns });
      const { tasks: [running] = [] } = await client.send(new DescribeTasksCommand({ tasks: arns }));
      await kill(running?.containers?.[0]?.runtimeId);
      await expect
        .poll(
          async () => (await client.send(new DescribeTasksCommand({ tasks: arns }))).tasks?.[0]?.lastStatus,
          { timeout: 5000, interval: 50 },
        )
        .toBe('STOPPED');
    });
  });

  describe('killed and started again', () => {
    it('goes on with what it had answered, and starts nothing twice', async () => {
      await register(colleague, 'gate', [
        container({ name: 'first', essential: false, command: ['sh', '-c', 'sleep 8'] }),
        container({ name: 'main', dependsOn: [{ containerName: 'first', condition: 'SUCCESS' }] }),
      ]);
      const client = sdk();
      const answered: string[] = [];
      for (let i = 0; i < 6; i++) {
        const definition = i % 2 === 0 ? 'sleeper' : 'gate';
        const { tasks } = await client.send(
          new RunTaskCommand({ taskDefinition: definition, startedBy: 'killed' }),
        );
        answered.push(...(tasks ?? []).map(({ taskArn }) => taskArn ?? ''));
        await sleep(100 * i);
        server.signal('SIGKILL');
        await server.outcome;
        server = await serve();
        client.config.endpoint = sdk().config.endpoint;
      }
      const again = sdk();
      await expect
        .poll(
          async () => {
            const { tasks } = await again.send(new DescribeTasksCommand({ tasks: answered }));
            return tasks?.map(({ lastStatus, stoppedReason }) =>
              `${lastStatus} ${stoppedReason ?? ''}`.trim(),
            );
          },
          { timeout: 60_000 },
        )
        .toEqual(answered.map(() => 'RUNNING'));
      const { taskArns } = await again.send(new ListTasksCommand({ startedBy: 'killed' }));
      expect([...(taskArns ?? [])].sort()).toEqual([...answered].sort());
    }, 180_000);

    it('ends in order by SIGTERM: what was answered is handed over', async () => {
      const { tasks } = await sdk().send(new RunTaskCommand({ taskDefinition: 'gate', startedBy: 'handed' }));
      await sleep(500);
      server.signal('SIGTERM');
      expect((await server.outcome).code).toBe(0);
      server = await serve();
      await expect
        .poll(
          async () =>
            (await sdk().send(new DescribeTasksCommand({ tasks: [tasks?.[0]?.taskArn ?? ''] }))).tasks?.[0]
              ?.lastStatus,
          { timeout: 40_000 },
        )
        .toBe('RUNNING');
    }, 120_000);
  });

  it('keeps services while nobody calls', async () => {
    const { services } = await colleague.json<DescribeServicesResponse>(
      'describe-services',
      '--services',
      'web',
    );
    expect(services?.[0]).toMatchObject({ runningCount: 3, desiredCount: 3 });
    const { taskArns } = await colleague.json<{ taskArns: string[] }>('list-tasks', '--service-name', 'web');
    const { tasks } = await colleague.json<DescribeTasksResponse>('describe-tasks', '--tasks', ...taskArns);
    await kill(tasks?.[0]?.containers?.[0]?.runtimeId);
    await expect
      .poll(
        async () => {
          const now = await colleague.json<{ taskArns: string[] }>('list-tasks', '--service-name', 'web');
          return now.taskArns.length === 3 && !now.taskArns.includes(tasks?.[0]?.taskArn ?? '');
        },
        { timeout: 20_000 },
      )
      .toBe(true);
  });
});
