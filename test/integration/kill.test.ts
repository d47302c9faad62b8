import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReconcileResponse } from '../../src/lib/api/service-types.js';
import type { ListTasksResponse, RunTaskResponse } from '../../src/lib/api/types.js';
import { seededRandom } from '../../src/lib/scheduler/random.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { expectAgreement } from './agreement.js';
import { container, register } from './definitions.js';
import { labelled, taken } from './labels.js';
import { idOf, User } from './longshore.js';
import { sizeOf } from './size.js';

/** How long clients are killed, in milliseconds; after each few kills everything is looked at. */
const duration = 45_000;
const killsARound = 6;

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
      const random = seededRandom(String(seed));
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
        await expectAgreement(user, cluster.hosts, `seed ${seed}, after ${kills} kills`);
        if ((await listed('--no-refresh')).length > 12) await stopSome(9);
      }
      console.log(`${kills} clients were killed and ${settled} tasks settled, with seed ${seed}`);
      expect(kills).toBeGreaterThan(20);
      expect(settled).toBeGreaterThan(5);

      await stopSome(Infinity);
      await expectAgreement(user, cluster.hosts, 'at the end');
    },
    duration + 120_000,
  );

  it('keeps no room from the next run-task, which settles what was left itself', async () => {
    const random = seededRandom('1');
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
    await expectAgreement(user, cluster.hosts, 'when the hosts are full');
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
});
