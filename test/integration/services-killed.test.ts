import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DescribeTasksResponse } from '../../src/lib/api/types.js';
import { seededRandom } from '../../src/lib/scheduler/random.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { expectAgreement } from './agreement.js';
import { container, register } from './definitions.js';
import { EngineRecord } from './engine-record.js';
import { labelled } from './labels.js';
import { type Command } from './longshore.js';
import { ServiceUser } from './service-user.js';
import { extremes } from './timeline.js';

/** How often whoever drives services is killed; 50 take about two minutes. */
const KILLS = Number(process.env.LONGSHORE_TEST_KILLS ?? 12);
/** Ms. Start-up takes 200 of them, in which nothing is done yet. */
const shortest = 250;
const longest = 4000;

describeWithHosts('services whose reconcilers and verbs are killed', () => {
  let cluster: TestCluster;
  let user: ServiceUser;
  let record: EngineRecord;
  const seed = process.env.LONGSHORE_TEST_SEED ?? String(Date.now() % 1_000_000);
  const random = seededRandom(seed);
  /** Always of four tasks, and rolled now and then: its bounds are always the same. */
  const rolled = { name: 'rolled', count: 4, lower: 4, upper: 8 };
  /** Created, scaled, rolled and deleted. */
  const changing = 'changing';
  const mostWanted = 6;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new ServiceUser(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
    // Containers that depend on each other are not started again by their engine.
    const pair = [
      container({ name: 'first' }),
      container({ name: 'second', dependsOn: [{ containerName: 'first', condition: 'START' }] }),
    ];
    for (const family of [rolled.name, changing]) await register(user, family, pair);
    record = new EngineRecord(cluster.hosts);
    await user.ok('create-service', ...creation(rolled.name, rolled.count));
  });
  afterAll(async () => {
    record?.end();
    user?.endWatchers();
    user?.remove();
    await cluster?.release();
  });

  it(
    'come back to their counts, and stay within their bounds meanwhile',
    async () => {
      const from = Date.now();
      const killed = new Map<string, number>();
      const count = () => [...killed.values()].reduce((sum, n) => sum + n, 0);
      while (count() < KILLS) {
        const words = await nextVerb();
        const commands = random() < 0.6 ? [user.startWatcher()] : [];
        await sleep(random() * 500);
        commands.push(user.start(words));
        await sleep(shortest + random() * (longest - shortest));
        for (const command of commands) {
          command.signal('SIGKILL');
          const { code, stderr } = await command.outcome;
          // Another's kill may have been in time where this one came too late; refused is nothing.
          expect([0, 137], `${command.args.join(' ')}: ${stderr}`).toContain(code);
          const what = nameOf(command);
          if (code === 137) killed.set(what, (killed.get(what) ?? 0) + 1);
        }
        await expectKnown(`seed ${seed}, after ${count()} kills`);
      }

      const watcher = await user.watch();
      await waitUntil('a steady service', 90_000, () => isSteady(rolled.name, rolled.count));
      const left = await user.serviceIfAny(changing);
      if (left !== undefined && left.status !== 'INACTIVE')
        await waitUntil('the other as wanted', 90_000, async () =>
          left.status === 'DRAINING'
            ? (await user.service(changing)).status === 'INACTIVE'
            : isSteady(changing, left.desiredCount ?? 0),
        );
      const to = Date.now();
      watcher.signal('SIGTERM');
      expect((await watcher.outcome).code).toBe(143);

      const whole = extremes(record.runs(rolled.name, 2), from, to).least;
      const there = extremes(record.runs(rolled.name), from, to).most;
      const others = extremes(record.runs(changing), from, to).most;
      console.log(
        `seed ${seed}: killed ${[...killed].map(([what, n]) => `${what} ${n}`).join(', ')}; of 4 at least ${whole} and at most ${there} ran, of the other at most ${others}; ${record.events.length} starts and ends; ${(to - from) / 1000} s`,
      );
      expect(whole).toBeGreaterThanOrEqual(rolled.lower);
      expect(there).toBeLessThanOrEqual(rolled.upper);
      expect(others).toBeLessThanOrEqual(2 * mostWanted);
      expect(record.startedTwice()).toEqual([]);
      await user.ok('reconcile');
      await expectAgreement(user, cluster.hosts, `seed ${seed}, at the end`);
    },
    120_000 + KILLS * 10_000,
  );

  it('a task whose process is killed is replaced at once while somebody watches', async () => {
    const watcher = await user.watch();
    const before = (await user.tasksOn(rolled.name)).map(({ taskId }) => taskId);
    const victim = (await labelled(cluster.hosts)).find(
      ({ state, taskId, container: name }) =>
        state === 'running' && before.includes(taskId) && name === 'second',
    );
    const began = Date.now();
    await cluster.host(victim?.host ?? '').shell(`docker kill ${victim?.id} >/dev/null`);
    await waitUntil('a replacement', 20_000, async () => {
      const others = (await user.tasksOn(rolled.name)).filter(({ taskId }) => taskId !== victim?.taskId);
      return others.length === rolled.count;
    });
    expect(Date.now() - began).toBeLessThan(6000);
    await user.settles(rolled.name, rolled.count, 20_000);
    watcher.signal('SIGTERM');
    expect((await watcher.outcome).code).toBe(143);
  }, 60_000);

  /** Something that can be asked for as things are. */
  const nextVerb = async (): Promise<string[]> => {
    const { status = 'INACTIVE' } = (await user.serviceIfAny(changing)) ?? {};
    const chance = random();
    if (chance < 0.1) return ['reconcile'];
    if (chance < 0.25) return ['update-service', '--service', rolled.name, '--force-new-deployment'];
    if (status === 'INACTIVE') return ['create-service', ...creation(changing, some())];
    if (status === 'DRAINING') return ['wait', 'services-inactive', '--services', changing];
    if (chance < 0.65) return ['delete-service', '--service', changing, '--force'];
    const change = chance < 0.85 ? ['--desired-count', String(some())] : ['--force-new-deployment'];
    return ['update-service', '--service', changing, ...change];
  };
  const some = () => 2 + 2 * Math.floor(random() * (mostWanted / 2));

  const isSteady = async (name: string, count: number): Promise<boolean> => {
    const { deployments = [], runningCount } = await user.service(name);
    return runningCount === count && deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED';
  };

  /** No task runs that no record knows, at any time. */
  const expectKnown = async (when: string): Promise<void> => {
    const running = [...(await user.tasksOn(rolled.name)), ...(await user.tasksOn(changing))];
    const ids = running.map(({ taskId }) => taskId);
    if (ids.length === 0) return;
    const words = ['describe-tasks', '--no-refresh', '--tasks', ...ids];
    const { failures } = await user.json<DescribeTasksResponse>(...words);
    expect(failures, when).toEqual([]);
  };
});

const creation = (name: string, count: number) => [
  ...['--service-name', name, '--task-definition', name],
  ...['--desired-count', String(count)],
];

const nameOf = ({ args: [verb = '', second] }: Command) => (second === '--watch' ? `${verb} --watch` : verb);
