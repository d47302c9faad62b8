import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReconcileResponse } from '../../src/lib/api/operation-types.js';
import type {
  DescribeContainerInstancesResponse,
  DescribeTasksResponse,
  ListTasksResponse,
  RunTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { labelled, runningTasks, taken } from './labels.js';
import { idOf, User } from './longshore.js';
import { sizeOf } from './size.js';

/** How long clients are killed, in milliseconds; after each few kills everything is looked at. */
const duration = 45_000;
const killsARound = 6;

interface StateExport {
  records: { key: string; value: { claims?: Record<string, unknown> } }[];
}

describeWithHosts('a client that is killed', () => {
  let cluster: TestCluster;
  let user: User;
  const hosts = ['web1', 'web2', 'web3'];

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', ...hosts);
    await register(user, 'pair', [
      container({ name: 'front', cpu: 100, links: ['back'] }),
      container({ name: 'back', cpu: 100, portMappings: [{ containerPort: 80 }] }),
    ]);
    await register(user, 'fifth', [container({ cpu: 400 })]);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const listed = async (...args: string[]) =>
    ((await user.json<ListTasksResponse>('list-tasks', ...args)).taskArns ?? []).map(idOf);

  it(
    'leaves nothing that the next settling verb doesn’t finish or undo, whenever it happens',
    async () => {
      const seed = Number(process.env.LONGSHORE_TEST_SEED ?? Date.now() % 1_000_000);
      const random = seeded(seed);
      const deadline = Date.now() + duration;
      let kills = 0;
      let settled = 0;
      while (Date.now() < deadline) {
        const running = await listed('--no-refresh');
        const victims = await Promise.all(
          Array.from({ length: killsARound }, (_, i) =>
            killOne(i % 2 === 0 ? undefined : running.shift(), random),
          ),
        );
        kills += victims.filter(Boolean).length;
        const { clusters } = await user.json<ReconcileResponse>('reconcile');
        settled += clusters[0]?.settledTasks.length ?? 0;
        await expectAgreement(`seed ${seed}, after ${kills} kills`);
        if ((await listed('--no-refresh')).length > 12) await stopSome(9);
      }
      console.log(`${kills} clients were killed and ${settled} tasks settled, with seed ${seed}`);
      expect(kills).toBeGreaterThan(20);
      expect(settled).toBeGreaterThan(5);

      await stopSome(Infinity);
      await expectAgreement('at the end');
    },
    duration + 120_000,
  );

  it('keeps no room from the next run-task, which settles what was left itself', async () => {
    const random = seeded(1);
    await Promise.all(Array.from({ length: killsARound }, () => killOne(undefined, random)));
    const { tasks = [] } = await user.json<RunTaskResponse>('run-task', '--task-definition', 'pair');
    expect(tasks).toMatchObject([{ lastStatus: 'RUNNING' }]);
    const { cpu } = await sizeOf(user);
    const before = await labelled(cluster.hosts);
    const room = hosts.map((host) => Math.floor((cpu - taken(before, host).cpu) / 400));
    const expected = room.reduce((sum, n) => sum + n, 0);
    const all = await user.json<RunTaskResponse>(
      ...['run-task', '--task-definition', 'fifth', '--count', String(expected)],
    );
    expect(all.failures).toEqual([]);
    expect(all.tasks?.map((task) => task.lastStatus)).toEqual(
      Array.from({ length: expected }, () => 'RUNNING'),
    );
    await user.ok('reconcile');
    await expectAgreement('when the hosts are full');
  });

  /** Starts a run-task, or a stop-task of this task, and kills it at a random moment. True where it was in time. */
  const killOne = async (task: string | undefined, random: () => number): Promise<boolean> => {
    await sleep(random() * 300);
    const words =
      task === undefined
        ? ['run-task', '--task-definition', 'pair', '--count', '2']
        : ['stop-task', '--task', task];
    const command = user.start(words);
    // Start-up takes a while in which nothing is done yet; a stop takes more than a second.
    await sleep(150 + random() * (task === undefined ? 1500 : 2500));
    command.signal('SIGKILL');
    return (await command.outcome).code === 137;
  };

  const stopSome = async (most: number) => {
    const tasks = (await listed('--no-refresh')).slice(0, most);
    for (let i = 0; i < tasks.length; i += 3)
      await Promise.all(tasks.slice(i, i + 3).map((task) => user.ok('stop-task', '--task', task)));
  };

  /** Records, containers and reservations say the same. */
  const expectAgreement = async (when: string): Promise<void> => {
    const containers = await labelled(cluster.hosts);
    expect(
      containers.filter(({ state }) => state === 'created'),
      `created only, ${when}`,
    ).toEqual([]);

    const ids = (await listed('--no-refresh')).sort();
    const running = runningTasks(containers).map((c) => c.taskId);
    expect(running.sort(), `tasks that run, ${when}`).toEqual(ids);
    const pairs = runningTasks(containers).filter((c) => c.container !== 'main').length;
    const up = containers.filter(({ state }) => state === 'running');
    expect(up, `containers that run, ${when}`).toHaveLength(2 * pairs + (ids.length - pairs));
    if (ids.length > 0) {
      const { tasks = [] } = await user.json<DescribeTasksResponse>(
        'describe-tasks',
        '--no-refresh',
        '--tasks',
        ...ids,
      );
      const states = tasks.flatMap((task) => [
        task.lastStatus,
        ...(task.containers ?? []).map((c) => c.lastStatus),
      ]);
      expect(new Set(states), `states, ${when}`).toEqual(new Set(['RUNNING']));
    }

    const { records } = await user.json<StateExport>('state', 'export');
    const claims = records.flatMap(({ key, value }) =>
      key.startsWith('usage/') ? Object.keys(value.claims ?? {}) : [],
    );
    expect(claims.sort(), `reservations, ${when}`).toEqual(ids);
    expect(
      records.filter(({ key }) => key.startsWith('owner/')),
      `owners that are gone, ${when}`,
    ).toEqual([]);

    const { containerInstances = [] } = await user.json<DescribeContainerInstancesResponse>(
      ...['describe-container-instances', '--no-refresh', '--container-instances', ...hosts],
    );
    for (const {
      ec2InstanceId = '',
      registeredResources = [],
      remainingResources = [],
    } of containerInstances) {
      const cpu = (of: typeof registeredResources) =>
        of.find(({ name }) => name === 'CPU')?.integerValue ?? 0;
      const free = cpu(registeredResources) - taken(containers, ec2InstanceId).cpu;
      expect(cpu(remainingResources), `CPU units left on ${ec2InstanceId}, ${when}`).toBe(free);
    }
  };
});

/** Numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
