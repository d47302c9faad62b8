import { describe, expect, it, vi } from 'vitest';
import { cluster, definition, fakeHost, kit } from '../kit.js';
import { FakeHosts } from '../../../fakes/fake-hosts.js';
import { collect, containerOf, following, said, started, write } from './kit.js';

const spread = { placementStrategy: [{ type: 'spread' as const, field: 'host' }] };

describe('logs of many tasks', () => {
  it('are those of a family, a service, a container name, or the whole cluster', async () => {
    const made = await cluster(['web1', 'web2']);
    const web = await started(made, 'web', spread);
    const shop = await started(made, 'shop', { ...spread, group: 'shops' });
    const job = await started(made, 'job', { ...spread });
    write(made, web, 'web');
    write(made, shop, 'shop');
    write(made, job, 'job');
    expect(await collect(made.engine.logs({ family: 'web' }))).toEqual(['web']);
    expect((await collect(made.engine.logs({}))).sort()).toEqual(['job', 'shop', 'web']);
    expect(await collect(made.engine.logs({ container: 'app', tail: 0 }))).toEqual([]);
    await expect(collect(made.engine.logs({ container: 'db' }))).rejects.toThrow(/no container named db/);
    await expect(collect(made.engine.logs({ tasks: [web], family: 'web' }))).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });

  it('of a service are told by its group', async () => {
    const made = await cluster(['web1']);
    const task = await started(made);
    const key = `task/default/${task}`;
    const record = (await made.store.get<object>(key))!;
    await made.store.commit({
      puts: [
        {
          key,
          value: { ...record.value, group: 'service:front' },
          indexes: ['tasks/default/RUNNING', 'tasks/default/RUNNING/service/front'],
        },
      ],
    });
    write(made, task, 'served');
    expect(await collect(made.engine.logs({ service: 'front' }))).toEqual(['served']);
    expect(await collect(made.engine.logs({ service: 'front', family: 'other' }))).toEqual([]);
    for (const follow of [true, false])
      await expect(collect(made.engine.logs({ service: 'back', follow }))).rejects.toMatchObject({
        code: 'ServiceNotFoundException',
      });
    await made.engine.call('CreateService', { serviceName: 'back', taskDefinition: 'web', desiredCount: 0 });
    expect(await collect(made.engine.logs({ service: 'back' }))).toEqual([]);
    expect(said(made).at(-1)).toBe('no task runs in the service back in the cluster default');
  });

  it('of a group of CloudWatch Logs are told by the definitions of its containers', async () => {
    const made = await cluster(['web1', 'web2']);
    const logsTo = (group: string, prefix: string) => ({
      logConfiguration: {
        logDriver: 'awslogs' as const,
        options: { 'awslogs-group': group, 'awslogs-stream-prefix': prefix },
      },
    });
    const families = {
      web: logsTo('/ecs/shop', 'web'),
      job: logsTo('/ecs/shop', 'job'),
      db: logsTo('/ecs/db', 'db'),
      plain: {},
    };
    for (const [family, more] of Object.entries(families)) {
      await made.engine.call('RegisterTaskDefinition', definition(family, more));
      write(made, await started(made, family, spread), family);
    }
    const logs = (request: object) => collect(made.engine.logs(request));
    expect((await logs({ logGroup: '/ecs/shop' })).sort()).toEqual(['job', 'web']);
    expect(await logs({ logGroup: '/ecs/shop', logStreamPrefix: 'web/app/' })).toEqual(['web']);
    expect(await logs({ logStreamPrefix: 'db' })).toEqual(['db']);
    expect(await logs({ logGroup: '/ecs/shop', family: 'job' })).toEqual(['job']);
    expect(await logs({ logGroup: '/ecs' })).toEqual([]);
    expect(said(made).at(-1)).toBe('no task runs in the log group /ecs in the cluster default');
    const running = await started(made, 'plain', spread);
    expect(await logs({ tasks: [running], logGroup: '/ecs/shop' })).toEqual([]);
    expect(said(made).at(-1)).toBe('none of the tasks logs to the log group /ecs/shop');
  });

  it('are merged by time, corrected by the clocks of the hosts', async () => {
    const now = Date.UTC(2026, 0, 1);
    let at = now;
    // web2's clock is a minute ahead.
    const hosts = new FakeHosts(
      [0, 60_000].map((clockOffset, i) => {
        const host = fakeHost(`web${i + 1}`);
        Object.assign(host, { now: () => at + clockOffset });
        Object.assign(host, {
          options: { ...Reflect.get(host, 'options'), info: { clockOffset, cpus: 2, memoryBytes: 1e9 } },
        });
        return host;
      }),
    );
    const made = await cluster(['web1', 'web2'], { hosts, clock: () => at });
    const one = await started(made, 'web', spread);
    const other = await started(made, 'web', spread);
    expect(containerOf(made, one).host).not.toBe(containerOf(made, other).host);
    for (const [i, task] of [one, other, other, one].entries()) {
      at = now + i * 1000;
      write(made, task, String(i));
    }
    expect(await collect(made.engine.logs({ family: 'web' }))).toEqual(['0', '1', '2', '3']);
    expect(await collect(made.engine.logs({ family: 'web', since: now + 2000 }))).toEqual(['2', '3']);
    expect(await collect(made.engine.logs({ family: 'web', until: now + 1000 }))).toEqual(['0', '1']);
    expect(await collect(made.engine.logs({ family: 'web', tail: 1 }))).toEqual(['2', '3']);
  });

  it('are of those that run; with --since also of those that have ended since', async () => {
    const made = await cluster(['web1']);
    const old = await started(made);
    write(made, old, 'old');
    await made.engine.call('StopTask', { task: old });
    const young = await started(made);
    write(made, young, 'young');
    expect(await collect(made.engine.logs({ family: 'web' }))).toEqual(['young']);
    expect(said(made).at(-1)).toMatch(/^1 task has ended lately in the family web .*--since 3h shows/);
    expect(await collect(made.engine.logs({ family: 'web', since: Date.now() - 60_000 }))).toEqual([
      'old',
      'young',
    ]);
  });

  it('that match a pattern; the last lines are counted among them', async () => {
    const made = await cluster(['web1']);
    const task = await started(made);
    for (const text of ['ERROR 1', 'ok', 'ERROR 2', 'ERROR 3', 'ok']) write(made, task, text);
    const logs = (tail?: number) =>
      collect(made.engine.logs({ tasks: [task], filterPattern: 'ERROR', tail }));
    expect(await logs()).toEqual(['ERROR 1', 'ERROR 2', 'ERROR 3']);
    expect(await logs(2)).toEqual(['ERROR 2', 'ERROR 3']);
    expect(await logs(0)).toEqual([]);
    await expect(
      collect(made.engine.logs({ tasks: [task], filterPattern: '{ $.a = 1 }' })),
    ).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });
});

describe('a family that is followed', () => {
  it('has what was, in its order, what comes, and what its new tasks say', async () => {
    const made = await cluster(['web1', 'web2']);
    const [one, two] = [await started(made, 'web', spread), await started(made, 'web', spread)];
    write(made, two, '1');
    // Another moment.
    await new Promise((resolve) => setTimeout(resolve, 5));
    write(made, one, '2');
    const { texts, ended, stop } = following(made, { family: 'web', tail: 5 });
    await vi.waitFor(() => expect(texts).toEqual(['1', '2']));
    write(made, one, '3');
    await vi.waitFor(() => expect(texts).toEqual(['1', '2', '3']));
    await started(made, 'other').then((task) => write(made, task, 'not this'));
    const next = await started(made, 'web');
    write(made, next, '4');
    await vi.waitFor(() => expect(texts).toEqual(['1', '2', '3', '4']), { timeout: 5000 });
    // It doesn't end with its tasks.
    for (const task of [one, two, next]) await made.engine.call('StopTask', { task });
    await vi.waitFor(() => expect(texts).toHaveLength(4));
    stop();
    await ended;
  });

  it('hears of tasks that others start on its hosts, also of those that are short', async () => {
    const made = await cluster(['web1']);
    const { texts, ended, stop } = following(made, { family: 'web' });
    await vi.waitFor(() =>
      expect(said(made).at(-1)).toMatch(/no task runs in the family web.*; waiting for one/),
    );
    // A colleague with a state of its own.
    const other = kit({ hosts: made.hosts });
    await other.engine.call('RegisterContainerInstance', { cluster: 'default', host: 'web1' });
    const theirs = await started(other, 'web');
    write(other, theirs, 'theirs');
    await vi.waitFor(() => expect(texts).toEqual(['theirs']), { timeout: 5000 });
    const short = await started(made, 'web', {
      overrides: { containerOverrides: [{ name: 'app', command: ['echo', 'short'] }] },
    });
    expect(short).not.toBe('');
    await vi.waitFor(() => expect(texts).toEqual(['theirs', 'short']), { timeout: 5000 });
    stop();
    await ended;
  });
});
