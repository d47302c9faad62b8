import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DescribeTasksResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { patience, waitUntil } from '../hosts/wait.js';
import { container, register, web } from './definitions.js';
import { ServiceUser } from './service-user.js';

describeWithHosts('a service', () => {
  let cluster: TestCluster;
  let user: ServiceUser;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new ServiceUser(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
    await register(user, 'plain', [container()]);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const create = (name: string, definition: string, count: number, ...more: string[]) =>
    user.ok('create-service', ...named(name, definition, count), ...more);
  const remove = (name: string) => user.ok('delete-service', '--service', name, '--force');

  it('has as many tasks as are wanted, over the hosts, and is told of as ECS does', async () => {
    await create('plain', 'plain', 6);
    const hosts = (await user.tasksOn('plain')).map(({ host }) => host).sort();
    expect(hosts).toEqual(['web1', 'web1', 'web2', 'web2', 'web3', 'web3']);
    const service = await user.service('plain');
    expect(service).toMatchObject({
      status: 'ACTIVE',
      desiredCount: 6,
      runningCount: 6,
      pendingCount: 0,
      deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 6, failedTasks: 0 }],
    });
    expect(service.events?.map(({ message }) => message?.replace(/\(task .*\)/, 'TASKS'))).toEqual([
      '(service plain) has reached a steady state.',
      `(service plain) (deployment ${service.deployments?.[0]?.id}) deployment completed.`,
      '(service plain) has started 6 tasks: TASKS.',
    ]);
    await user.ok('update-service', '--service', 'plain', '--desired-count', '3');
    expect((await user.tasksOn('plain')).map(({ host }) => host).sort()).toEqual(['web1', 'web2', 'web3']);
    await user.ok('wait', 'services-stable', '--services', 'plain');
    await remove('plain');
    expect(await user.running('plain')).toBe(0);
    expect((await user.service('plain')).status).toBe('INACTIVE');
  }, 90_000);

  // Seconds as docs/services.md has them.
  it.each([
    [
      'an image that there is not',
      container({ image: 'registry.invalid/no:1' }),
      /CannotPullContainerError/,
      15,
    ],
    [
      'a command that fails',
      container({ command: ['sh', '-c', 'echo oh no >&2; exit 7'] }),
      /exit code 7[^]*oh no/,
      15,
    ],
    [
      'a health check that fails',
      container({ healthCheck: { command: ['CMD', 'false'], interval: 5, retries: 1, timeout: 2 } }),
      /failed container health checks/,
      25,
    ],
  ])(
    'goes back to what ran where a deployment has %s',
    async (what, broken, why, seconds) => {
      const good = await register(user, 'guarded', [container()]);
      await create('guarded', good, 2);
      const bad = await register(user, 'guarded', [broken]);
      const breaker = 'deploymentCircuitBreaker={enable=true,rollback=true}';
      const words = ['--service', 'guarded', '--task-definition', bad, '--deployment-configuration', breaker];
      const outcome = await user.run(['update-service', ...words], { timeoutMs: 100_000 });
      console.log(`${what}: rolled back in ${outcome.ms} ms`);
      expect(outcome.code).toBe(1);
      expect(outcome.ms).toBeLessThan(seconds * 1000 * patience);
      expect(outcome.stderr).toMatch(why);
      expect(outcome.stderr).toContain(`was rolled back to ${good}`);
      expect(await user.service('guarded')).toMatchObject({
        runningCount: 2,
        deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }],
      });
      await remove('guarded');
    },
    150_000,
  );

  it('says of a first deployment that fails why it did', async () => {
    const bad = await register(user, 'never', [container({ command: ['sh', '-c', 'exit 9'] })]);
    const outcome = await user.run(['create-service', ...named('never', bad, 1), '--fail-fast']);
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('exit code 9') });
    await remove('never');
  }, 60_000);

  it('says of a service without a circuit breaker why it fails, and waits no longer', async () => {
    const image = 'registry.invalid/no:1';
    const outcome = await user.run([
      'create-service',
      ...named('hopeless', await register(user, 'hopeless', [container({ image })]), 2),
    ]);
    expect(outcome).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Reason: CannotPullContainerError.*no circuit breaker/s),
    });
    expect(outcome.ms).toBeLessThan(20_000 * patience);
    const told = (await user.service('hopeless')).events?.filter(({ message }) =>
      message?.includes('Reason: CannotPull'),
    );
    expect(told?.length).toBeGreaterThan(0);
    await remove('hopeless');
  }, 60_000);

  it('takes the revision of a deploy that is rolled back away with it', async () => {
    await create('deployed', await register(user, 'deployed', [container()]), 1);
    const outcome = await user.run(['deploy', '--service', 'deployed', '--image', 'registry.invalid/no:1']);
    expect(outcome).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has deregistered deployed:2'),
    });
    const { taskDefinitionArns } = await user.json<{ taskDefinitionArns: string[] }>(
      'list-task-definitions',
      '--family-prefix',
      'deployed',
    );
    expect(taskDefinitionArns.map((arn) => arn.split('/').at(-1))).toEqual(['deployed:1']);
    await remove('deployed');
  }, 60_000);

  it('refuses to roll where no task could ever be replaced', async () => {
    const fixed = [web('x', { portMappings: [{ containerPort: 80, hostPort: 8089 }] })];
    await create('fixed', await register(user, 'fixed', fixed), 3);
    const again = await user.run(['update-service', '--service', 'fixed', '--force-new-deployment']);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/8089.* 100\/200 % leaves no room to roll/s);
    await user.ok(
      'update-service',
      ...['--service', 'fixed', '--force-new-deployment'],
      ...['--deployment-configuration', 'minimumHealthyPercent=50'],
    );
    await remove('fixed');
  }, 90_000);

  it('is kept by its engines while nobody watches, and only as long as it is there', async () => {
    await create('kept', 'plain', 2);
    const [task] = await user.tasksOn('kept');
    const host = cluster.hosts.find(({ name }) => name === task?.host);
    const kill = 'pkill -9 -x sleep';
    await host?.shell(kill);
    await user.settles('kept', 2, 20_000);
    await waitUntil('the restart in the records', 20_000, async () => {
      const { tasks = [] } = await user.json<DescribeTasksResponse>(
        'describe-tasks',
        '--tasks',
        task?.taskId ?? '',
      );
      return tasks[0]?.lastStatus === 'RUNNING';
    });
    await user.ok('stop-task', '--task', task?.taskId ?? '');
    await sleep(2000);
    expect((await user.tasksOn('kept')).map(({ taskId }) => taskId)).not.toContain(task?.taskId);
    await user.ok('reconcile');
    await user.settles('kept', 2, 20_000);
    await remove('kept');
    await sleep(2000);
    expect(await user.running('kept')).toBe(0);
  }, 120_000);

  it('moves off a host that drains, and back when it is told to', async () => {
    await create('mover', 'plain', 4);
    const drain = ['update-container-instances-state', '--container-instances', 'web1', '--status'];
    const { moves = [] } = await user.json<{ moves?: { from: string; to?: string }[] }>(
      ...drain,
      'DRAINING',
      '--dry-run',
    );
    expect(moves.length).toBeGreaterThan(0);
    expect(moves.every(({ from, to }) => from === 'web1' && to !== undefined && to !== 'web1')).toBe(true);
    const { stderr } = await user.ok(...drain, 'DRAINING');
    expect(stderr).toMatch(
      /web1 drains, with \d tasks? of services; not watched: longshore wait instance-drained/,
    );
    expect((await user.run([...drain.slice(0, 2), 'web9', ...drain.slice(3), 'DRAINING'])).code).toBe(1);
    await user.ok('wait', 'instance-drained', '--container-instances', 'web1');
    expect((await user.tasksOn('mover')).map(({ host }) => host).sort()).toEqual([
      'web2',
      'web2',
      'web3',
      'web3',
    ]);
    await user.ok(...drain, 'ACTIVE');
    await user.ok('rebalance', '--yes');
    const hosts = (await user.tasksOn('mover')).map(({ host }) => host);
    expect(hosts).toHaveLength(4);
    expect(new Set(hosts)).toEqual(new Set(['web1', 'web2', 'web3']));
    await remove('mover');
  }, 120_000);

  it('runs on each host as a DAEMON', async () => {
    const words = [
      '--service-name',
      'daemon',
      '--task-definition',
      'plain',
      '--scheduling-strategy',
      'DAEMON',
    ];
    await user.ok('create-service', ...words);
    const hosts = async () => (await user.tasksOn('daemon')).map(({ host }) => host).sort();
    expect(await hosts()).toEqual(['web1', 'web2', 'web3']);
    await user.ok('update-service', '--service', 'daemon', '--force-new-deployment');
    expect(await hosts()).toEqual(['web1', 'web2', 'web3']);
    expect(await user.service('daemon')).toMatchObject({ desiredCount: 3, runningCount: 3 });
    await remove('daemon');
  }, 90_000);

  it('is one state’s alone', async () => {
    const other = new ServiceUser(cluster);
    try {
      await create('owned', 'plain', 2);
      await other.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
      await register(other, 'plain', [container()]);
      const line = ['create-service', ...named('owned', 'plain', 2)];
      const refused = await other.run(line);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/Another state keeps a service owned on the same hosts/);
      expect(await user.running('owned')).toBe(2);
      await other.ok(...line, '--take-over');
      expect(await user.running('owned')).toBe(2);
      expect((await other.service('owned')).runningCount).toBe(2);
      await other.ok('delete-service', '--service', 'owned', '--force');
    } finally {
      other.remove();
    }
    await user.run(['delete-service', '--service', 'owned', '--force']);
  }, 120_000);
});

const named = (name: string, definition: string, count: number) => [
  ...['--service-name', name, '--task-definition', definition],
  ...['--desired-count', String(count)],
];
