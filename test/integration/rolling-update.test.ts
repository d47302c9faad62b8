import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { register, web } from './definitions.js';
import { EngineRecord } from './engine-record.js';
import { RequestStream } from './request-stream.js';
import { ServiceUser } from './service-user.js';
import { extremes } from './timeline.js';

const health = {
  command: ['CMD-SHELL', 'wget -q -O /dev/null http://127.0.0.1/ || exit 1'],
  interval: 5,
  retries: 2,
};

describeWithHosts('a rolling update of 12 tasks over 4 hosts, under a steady stream of requests', () => {
  let cluster: TestCluster;
  let user: ServiceUser;

  beforeAll(async () => {
    cluster = await acquire({ name: 'services', count: 4 });
    user = new ServiceUser(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3', 'web4');
    const create = ['create-service', '--service-name', 'site', '--task-definition', await site('one')];
    await user.ok(...create, '--desired-count', '12');
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const site = (text: string, healthCheck?: typeof health) =>
    register(user, 'site', [
      web(text, { portMappings: [{ containerPort: 80 }], ...(healthCheck && { healthCheck }) }),
    ]);

  it.each([
    { minimum: 100, maximum: 200, lower: 12, upper: 24, text: 'two', check: health },
    { minimum: 75, maximum: 100, lower: 9, upper: 12, text: 'three', check: undefined },
  ])(
    'has at least $lower answering and at most $upper there at every moment, by $minimum/$maximum %',
    async ({ minimum, maximum, lower, upper, text, check }) => {
      const definition = await site(text, check);
      const before = (await user.tasksOn('site')).map(({ taskId }) => taskId);
      expect(before).toHaveLength(12);
      const record = new EngineRecord(cluster.hosts);
      const stream = new RequestStream(user, cluster, 'site');
      const began = Date.now();
      const rolled = await user.run(
        [
          ...['update-service', '--service', 'site', '--task-definition', definition],
          ...['--deployment-configuration', `minimumHealthyPercent=${minimum},maximumPercent=${maximum}`],
        ],
        { timeoutMs: 150_000 },
      );
      const seconds = (Date.now() - began) / 1000;
      await stream.end();
      record.end();
      expect(rolled.code, rolled.stderr).toBe(0);

      // Those that were there before began before anything was recorded.
      const old = before.map((taskId) => ({
        taskId,
        begin: 0,
        end: record.events.find((one) => one.what === 'die' && one.taskId === taskId)?.at ?? Infinity,
      }));
      const runs = [...old, ...record.runs('site').filter(({ taskId }) => !before.includes(taskId))];
      const { least, most } = extremes(runs, began);
      const { fewest, requests, rounds } = stream;
      console.log(
        `${minimum}/${maximum} %: at least ${least} and at most ${most} ran; at least ${fewest} answered, in ${rounds} rounds of ${requests} requests, in ${seconds} s`,
      );
      expect(fewest).toBeGreaterThanOrEqual(lower);
      expect(least).toBeGreaterThanOrEqual(lower);
      expect(most).toBeLessThanOrEqual(upper);
      expect(record.startedTwice()).toEqual([]);
      expect(stream.answers).toEqual(Array.from({ length: 12 }, () => text));
      const endpoints = await user.endpoints('site');
      expect(endpoints.filter(({ healthy }) => healthy)).toHaveLength(12);
      await user.expectOnly('site', 12);
    },
    200_000,
  );
});
