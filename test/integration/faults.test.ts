import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  DescribeContainerInstancesResponse,
  DescribeTasksResponse,
  ListTasksResponse,
  RunTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import { eachHost, type TestCluster } from '../hosts/cluster.js';
import type { FaultName } from '../hosts/faults.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User, type Outcome } from './longshore.js';

/** What is said of a host with a fault: why, and what to do about it. */
const faults: [FaultName, why: RegExp, remedy: RegExp][] = [
  ['powered-off', /unreachable: .*(no way|did not answer|refused)/, /check/],
  ['network-cut', /unreachable: .*(no way|did not answer)/, /check/],
  ['network-blackhole', /unreachable: .*did not answer within 3 s/, /firewall/],
  ['engine-stopped', /no Docker engine answers at/, /systemctl start docker/],
  ['engine-paused', /did not answer within 3 s/, /systemctl status docker/],
  ['sshd-stopped', /unreachable: .*refused the connection/, /sshd/],
  ['sshd-paused', /unreachable: .*within 3 s/, /check/],
  ['key-rejected', /unreachable: .*was accepted/, /ssh-add/],
  ['host-key-changed', /unreachable: the host key of .* has changed/, /ssh-keygen -/],
  ['socket-denied', /may not use .*docker\.sock/, /usermod -aG docker deploy/],
  ['docker-missing', /no Docker engine answers at/, /install Docker/],
];

/** What each command has said and done with all these faults at once. */
interface Runs {
  create: Outcome;
  list: Outcome;
  describeTasks: Outcome;
  instances: Outcome;
  run: Outcome;
}

describeWithHosts('faults of hosts', () => {
  let cluster: TestCluster;
  const users: User[] = [];
  const newUser = () => {
    const user = new User(cluster);
    users.push(user);
    return user;
  };
  const names = () => cluster.hosts.map(({ name }) => name);
  /** The first host keeps well. */
  const sick = () => names().slice(1, 1 + faults.length);

  beforeAll(async () => {
    cluster = await acquire({ name: 'faults', count: faults.length + 1 });
  });
  afterAll(async () => {
    for (const user of users) user.remove();
    await eachHost(cluster?.hosts ?? [], (host) => host.mendAll());
    await cluster?.release();
  });

  describe('all at once, one on each of many hosts', () => {
    let user: User;
    let newcomer: User;
    let tasks: string[];
    let runs: Runs;

    beforeAll(async () => {
      user = newUser();
      newcomer = newUser();
      await user.ok('create-cluster', '--hosts', ...names());
      const family = await register(user, 'sleeper', [container()]);
      const { tasks: started = [] } = await user.json<RunTaskResponse>(
        ...['run-task', '--task-definition', family, '--count', String(names().length)],
        ...['--placement-strategy', 'type=spread,field=instanceId'],
      );
      tasks = started.map(({ taskArn }) => idOf(taskArn)).sort();
      expect(tasks).toHaveLength(names().length);
      await eachHost(cluster.hosts.slice(1), async (host) => {
        await host.inflict(faults[names().indexOf(host.name) - 1]![0]);
      });

      const soon = ['--connect-timeout', '3'];
      const [create, list, describeTasks, instances, run] = await Promise.all([
        newcomer.run(['create-cluster', '--hosts', ...names(), ...soon]),
        user.run(['list-tasks', ...soon]),
        user.run(['describe-tasks', '--tasks', ...tasks, ...soon]),
        user.run(['describe-container-instances', '--container-instances', ...names(), ...soon]),
        user.run(['run-task', '--task-definition', family, '--count', '2', ...soon]),
      ]);
      runs = { create, list, describeTasks, instances, run };
    }, 240_000);

    it.each(faults.map(([fault, why, remedy], i) => [fault, i, why, remedy] as const))(
      '%s: the host is named, with the reason and the remedy',
      (_fault, i, why, remedy) => {
        const host = sick()[i] ?? '';
        for (const [command, { stderr }] of Object.entries(runs).filter(([command]) => command !== 'run')) {
          const line = stderr
            .split('\n')
            .find(
              (text: string) => text.startsWith(`failed: ${host} `) || text.startsWith(`failed: ${host}:`),
            );
          expect(line, `${command}: ${stderr}`).toMatch(why);
          expect(line, command).toMatch(remedy);
        }
      },
    );

    it.each(['create', 'list', 'describeTasks', 'instances'] as const)(
      '%s goes on without them: exit code 3, in time',
      (command) => {
        const { code, ms, stderr } = runs[command];
        expect(code, stderr).toBe(3);
        // 3 s for the connection, as many for the engine, and what a busy machine adds.
        expect(ms).toBeLessThan(15_000);
        expect(stderr).not.toMatch(/^failed: web1[ :]/m);
      },
    );

    it('create-cluster registers the others', async () => {
      const { containerInstances } = await newcomer.json<DescribeContainerInstancesResponse>(
        ...['describe-container-instances', '--no-refresh', '--container-instances', 'web1'],
      );
      expect(containerInstances).toMatchObject([{ ec2InstanceId: 'web1', agentConnected: true }]);
    });

    it('the records still tell of the tasks of hosts that don’t answer', () => {
      const { taskArns = [] } = JSON.parse(runs.list.stdout) as ListTasksResponse;
      expect(taskArns.map(idOf)).toEqual(expect.arrayContaining(tasks));
      const answer = JSON.parse(runs.describeTasks.stdout) as DescribeTasksResponse;
      expect(answer.failures).toEqual([]);
      expect(answer.tasks?.map(({ lastStatus }) => lastStatus)).toEqual(tasks.map(() => 'RUNNING'));
    });

    it('they are shown as not connected', () => {
      const { containerInstances = [] } = JSON.parse(
        runs.instances.stdout,
      ) as DescribeContainerInstancesResponse;
      const connected = containerInstances.filter(({ agentConnected }) => agentConnected);
      expect(connected.map(({ ec2InstanceId }) => ec2InstanceId)).toEqual(['web1']);
    });

    it('Ctrl-C ends a verb that waits for them, long before their time is up', async () => {
      const running = user.start(['reconcile', '--connect-timeout', '60']);
      await sleep(3000);
      const began = performance.now();
      running.signal('SIGINT');
      const { code, stderr } = await running.outcome;
      expect(code, stderr).toBe(130);
      expect(performance.now() - began).toBeLessThan(8000);
    });

    it('run-task goes to a host that answers', () => {
      const { tasks: started = [], failures } = JSON.parse(runs.run.stdout) as RunTaskResponse;
      expect(failures).toEqual([]);
      expect(started.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
      // Which hosts it tries is chance.
      expect(runs.run.code).toBe(/^failed: /m.test(runs.run.stderr) ? 3 : 0);
      expect(runs.run.ms).toBeLessThan(30_000);
    });

    it('a rerun of create-cluster adds only what is missing, once the hosts are mended', async () => {
      await eachHost(cluster.hosts, (host) => host.mendAll());
      const before = await instancesOf(newcomer);
      const outcome = await newcomer.run(['create-cluster', '--hosts', ...names()]);
      expect(outcome.code, outcome.stderr).toBe(0);
      const after = await instancesOf(newcomer);
      expect([...after.keys()].sort()).toEqual(names().sort());
      expect(after.get('web1')).toBe(before.get('web1'));
      // And it takes over what runs: the state that started the tasks is another one.
      const seen = (await newcomer.json<ListTasksResponse>('list-tasks')).taskArns ?? [];
      const own = (await user.json<ListTasksResponse>('list-tasks')).taskArns ?? [];
      expect(seen).toEqual(own);
    });
  });

  describe('one after the other', () => {
    let user: User;
    const three = ['web1', 'web2', 'web3'];
    const host = () => cluster.host('web2');
    const run = async (...args: string[]): Promise<RunTaskResponse & { outcome: Outcome }> => {
      const outcome = await user.run(['run-task', '--task-definition', ...args, '--connect-timeout', '3']);
      return { ...(JSON.parse(outcome.stdout) as RunTaskResponse), outcome };
    };
    const there = 'type=memberOf,expression="ec2InstanceId == web2"';
    const spread = ['--placement-strategy', 'type=spread,field=instanceId', '--group'];

    beforeAll(async () => {
      user = newUser();
      await user.ok('create-cluster', '--hosts', ...three);
      await register(user, 'sleeper', [container()]);
      await register(user, 'producer', [container({ image: 'noeding/ecs-test', command: undefined })]);
    });

    it('disk-full: the host is named, and its tasks run on the others', async () => {
      await host().inflict('disk-full');
      const { tasks = [], outcome } = await run('sleeper', '--count', '3', ...spread, 'full');
      const again = await newUser().run(['create-cluster', '--hosts', ...three]);
      await host().mend('disk-full');
      expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
      for (const { code, stderr } of [outcome, again]) {
        expect(stderr).toMatch(/^failed: web2: .*(no space left|disk is full).*free disk space there/m);
        expect(stderr).not.toMatch(/^failed: web[13]/m);
        expect(code).toBe(3);
      }
    });

    it('stream-local-forbidden: Docker’s own bridge is used instead', async () => {
      await host().inflict('stream-local-forbidden');
      const { tasks = [], outcome } = await run('producer', '--count', '3', ...spread, 'bridge');
      expect(outcome.code, outcome.stderr).toBe(0);
      for (const { taskArn } of tasks) {
        await expect
          .poll(async () => (await user.ok('logs', '--task', idOf(taskArn))).stdout, { timeout: 10_000 })
          .toContain('message 2');
        await user.ok('stop-task', '--task', idOf(taskArn));
      }
      await host().mend('stream-local-forbidden');
    });

    it('a connection that drops under --follow is made again, and no line is lost', async () => {
      const count = 'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo line $i; sleep 0.2; done; exit 6';
      const following = user.start([
        ...['run-task', '--task-definition', 'sleeper', '--follow', '--placement-constraints', there],
        ...['--', 'sh', '-c', count],
      ]);
      for (const seen of ['line 5\n', 'line 15\n']) {
        await expect.poll(() => following.printed.stdout, { timeout: 20_000 }).toContain(seen);
        await host().dropSshSessions();
      }
      const { code, stdout, stderr } = await following.outcome;
      expect(code, stderr).toBe(6);
      expect(stdout).toBe(Array.from({ length: 40 }, (_, i) => `line ${i + 1}\n`).join(''));
    });

    it('powered-off under --wait: the exit code that nobody can know is not made up', async () => {
      const waiting = user.start([
        'run-task',
        '--task-definition',
        'sleeper',
        '--wait',
        '--placement-constraints',
        there,
      ]);
      await expect.poll(() => waiting.printed.stderr, { timeout: 20_000 }).toContain('running on web2');
      await host().inflict('powered-off');
      await host().mend('powered-off');
      const { code, stdout, stderr } = await waiting.outcome;
      expect(code, stderr).toBe(125);
      expect((JSON.parse(stdout) as RunTaskResponse).tasks).toMatchObject([
        { lastStatus: 'STOPPED', containers: [{ reason: 'exit code unknown' }] },
      ]);
    });

    it('a host that was made anew is not taken for the old one', async () => {
      await host().reimage();
      cluster.trustHostKeys();
      const outcome = await user.run(['create-cluster', '--hosts', ...three]);
      expect(outcome.code).toBe(3);
      expect(outcome.stderr).toMatch(/web2 is not the host that was registered under this address/);
      const remedy = /longshore (deregister-container-instance .*--force)/.exec(outcome.stderr)?.[1] ?? '';
      await user.ok(...remedy.split(' '));
      await user.ok('create-cluster', '--hosts', ...three);
      expect([...(await instancesOf(user)).keys()].sort()).toEqual(three);
    });
  });

  describe('through a jump host', () => {
    let hidden: TestCluster;
    let user: User;

    beforeAll(async () => {
      hidden = await acquire({ name: 'hidden', count: 2, jump: true });
      user = new User(hidden);
      users.push(user);
      const outcome = await user.run(['create-cluster', '--hosts', 'web1', 'web2']);
      expect(outcome.code, outcome.stderr).toBe(0);
      await register(user, 'sleeper', [container()]);
    });
    afterAll(async () => {
      await eachHost(hidden?.machines ?? [], (machine) => machine.mendAll());
      await hidden?.release();
    });

    it('tasks run as anywhere, and hosts behind it fail one by one', async () => {
      const spread = ['--placement-strategy', 'type=spread,field=instanceId'];
      const { tasks } = await user.json<RunTaskResponse>(
        ...['run-task', '--task-definition', 'sleeper', '--count', '2', ...spread],
      );
      expect(tasks?.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
      await hidden.host('web2').inflict('sshd-paused');
      const outcome = await user.run(['list-tasks', '--connect-timeout', '3']);
      expect(outcome).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/^failed: web2 unreachable via bastion: /),
      });
      expect((JSON.parse(outcome.stdout) as ListTasksResponse).taskArns).toHaveLength(2);
      await hidden.host('web2').mend('sshd-paused');
    });

    it.each(['sshd-stopped', 'key-rejected', 'host-key-changed', 'powered-off'] as const)(
      'bastion %s: both hosts are named, and the bastion is to blame',
      async (fault) => {
        await hidden.host('bastion').inflict(fault);
        const outcome = await user.run(['list-tasks', '--connect-timeout', '3']);
        await hidden.host('bastion').mend(fault);
        expect(outcome.code).toBe(3);
        for (const host of ['web1', 'web2'])
          expect(outcome.stderr).toMatch(
            new RegExp(`^failed: ${host} unreachable: jump host bastion: .*; \\w`, 'm'),
          );
        expect((JSON.parse(outcome.stdout) as ListTasksResponse).taskArns).toHaveLength(2);
      },
    );
  });
});

async function instancesOf(user: User): Promise<Map<string, string>> {
  const { containerInstanceArns = [] } = await user.json<{ containerInstanceArns: string[] }>(
    'list-container-instances',
  );
  const { containerInstances = [] } = await user.json<DescribeContainerInstancesResponse>(
    ...['describe-container-instances', '--no-refresh', '--container-instances', ...containerInstanceArns],
  );
  return new Map(
    containerInstances.map(({ ec2InstanceId = '', containerInstanceArn = '' }) => [
      ec2InstanceId,
      containerInstanceArn,
    ]),
  );
}
