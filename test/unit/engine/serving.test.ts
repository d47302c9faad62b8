import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { serveEngine, type ServedEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { StoreError } from '../../../src/lib/store/store.js';
import type { EngineEvent } from '../../../src/lib/engine/events.js';
import { useFastTime } from '../../fakes/fake-time.js';
import { cluster, definition, hostOf, kit, records, type Kit } from './kit.js';

useFastTime();

const open: ServedEngine[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((each) => each.close(0)))));

function serving(made: Kit) {
  const served = serveEngine(made.ctx, () => made.engine.close());
  open.push(served);
  return { served, engine: served.as({ onEvent: () => undefined, waits: false }) };
}

const states = async ({ store }: Kit) => (await records(store)).map(({ lastStatus }) => lastStatus);

/** A server that has answered for a task whose start hangs. */
async function startHanging() {
  const made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const host = hostOf(made, 'web1');
  host.hang('createContainer');
  const { served, engine } = serving(made);
  const { tasks } = await engine.call('RunTask', { taskDefinition: 'web' });
  expect(tasks?.[0]?.lastStatus).toBe('PENDING');
  await expect.poll(() => host.calls.some((call) => call.startsWith('createContainer'))).toBe(true);
  return { made, host, served, engine };
}

/** The next server over the same state and hosts. */
function next({ store, hosts, processes }: Kit) {
  const { served } = serving(kit({ store, hosts, processes }));
  void served.keep();
}

describe('a server that ends', () => {
  it('waits for what it has answered for', async () => {
    const { made, host, served } = await startHanging();
    const closed = served.close(20_000);
    host.release();
    await closed;
    expect(served.underWay).toBe(0);
    expect(await states(made)).toEqual(['RUNNING']);
  });

  it('leaves to the next one what takes too long: a start', async () => {
    const { made, host, served } = await startHanging();
    const closed = served.close(0);
    await sleep(50);
    host.release();
    await closed;
    expect(await states(made)).toEqual(['PENDING']);
    next(made);
    await expect.poll(() => states(made)).toEqual(['RUNNING']);
    expect([...host.containers.values()]).toHaveLength(1);
  });

  it('leaves to the next one what takes too long: a stop', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    const host = hostOf(made, 'web1');
    const { served, engine } = serving(made);
    host.hang('stopContainer');
    const { task } = await engine.call('StopTask', { task: tasks[0]?.taskArn ?? '' });
    expect(task).toMatchObject({ desiredStatus: 'STOPPED' });
    await expect.poll(() => host.calls.some((call) => call.startsWith('stopContainer'))).toBe(true);
    const closed = served.close(0);
    await sleep(50);
    host.release();
    await closed;
    next(made);
    await expect.poll(() => states(made)).toEqual(['STOPPED']);
  });
});

describe('a start that a server which is gone has answered for', () => {
  it.each([true, false])('is taken up by reconcile, too (watch: %s)', async (watch) => {
    const { made, host, served } = await startHanging();
    const closed = served.close(0);
    await sleep(50);
    host.release();
    await closed;
    const other = kit(made);
    const kept = other.engine.call('Reconcile', { watch });
    await expect.poll(() => states(made)).toEqual(['RUNNING']);
    other.abort();
    await kept;
    expect([...host.containers.values()]).toHaveLength(1);
  });
});

describe('a server whose state takes no changes for a while', () => {
  it.each([
    ['goes on with a start whose failure it could not write down', 'createContainer', 'RUNNING'],
    ['ends a stop that it could not write down', 'stopContainer', 'STOPPED'],
  ] as const)('%s', async (_, method, end) => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const host = hostOf(made, 'web1');
    const { served, engine } = serving(made);
    void served.keep();
    const run = () => engine.call('RunTask', { taskDefinition: 'web' });
    if (method === 'stopContainer') await run();
    if (method === 'stopContainer') await expect.poll(() => states(made)).toEqual(['RUNNING']);
    host.hang(method);
    if (method === 'createContainer') await run();
    else await engine.call('StopTask', { task: (await engine.call('ListTasks', {})).taskArns?.[0] ?? '' });
    await expect.poll(() => host.calls.some((call) => call.startsWith(method))).toBe(true);
    const commit = made.store.commit.bind(made.store);
    let refused = 0;
    made.store.commit = (batch) => {
      if ((batch.puts?.length ?? 0) === 0) return commit(batch);
      refused += 1;
      throw new StoreError('no room', 'Make some');
    };
    host.failNext(method, 'broke');
    host.release();
    await expect.poll(() => served.underWay).toBe(0);
    expect(refused).toBeGreaterThan(0);
    expect(await states(made)).not.toEqual([end]);
    made.store.commit = commit;
    await expect.poll(() => states(made), { timeout: 10_000 }).toEqual([end]);
  });
});

it('a server answers describe and list without asking a host', async () => {
  const made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', definition());
  await made.engine.call('RunTask', { taskDefinition: 'web' });
  const { served, engine } = serving(made);
  void served.keep();
  const host = hostOf(made, 'web1');
  await expect
    .poll(async () => {
      const before = host.calls.length;
      await engine.call('ListTasks', {});
      return host.calls.length - before;
    })
    .toBe(0);
  host.hang();
  const { taskArns = [] } = await engine.call('ListTasks', {});
  const { tasks } = await engine.call('DescribeTasks', { tasks: taskArns });
  expect(tasks).toMatchObject([{ lastStatus: 'RUNNING' }]);
  expect(
    (await engine.call('DescribeContainerInstances', { containerInstances: ['web1'] })).failures,
  ).toEqual([]);
  host.release();
});

describe('who waits in a server that keeps the cluster', () => {
  async function kept() {
    const made = await cluster(['web1', 'web2'], { settings: { healthyAfter: 0 } });
    const { engine } = made;
    await engine.call('RegisterTaskDefinition', definition());
    await engine.call('CreateService', { serviceName: 'site', taskDefinition: 'web', desiredCount: 1 });
    const { served } = serving(made);
    void served.keep();
    await expect.poll(() => states(made)).toEqual(['RUNNING']);
    const events: EngineEvent[] = [];
    const end = new AbortController();
    const caller = served.as({
      onEvent: (event) => void events.push(event),
      waits: true,
      signal: end.signal,
    });
    return { made, caller, events, end };
  }

  it('is told of hosts that are away, as by a look at them', async () => {
    const { made, caller, events } = await kept();
    hostOf(made, 'web2').vanish();
    const told = async () => {
      events.length = 0;
      await caller.call('ListTasks', {});
      return events.flatMap((event) => (event.type === 'host-failed' ? [event.host] : []));
    };
    await expect.poll(told).toEqual(['web2']);
    expect(made.ctx.fresh).toEqual(new Set(['default']));
  });

  it('hears how a service gets on, and leaves its tasks alone when it goes', async () => {
    const { made, caller, events, end } = await kept();
    for (const name of ['web1', 'web2']) hostOf(made, name).hang('createContainer');
    await caller.call('UpdateService', { service: 'site', desiredCount: 5 });
    const waited = caller.call('WaitServices', { services: ['site'] });
    await expect.poll(() => events.filter(({ type }) => type === 'task-placed').length).toBe(4);
    end.abort(new Error('Ctrl-C'));
    expect((await waited).outcomes).toMatchObject([{ state: 'UNDER_WAY' }]);
    for (const name of ['web1', 'web2']) hostOf(made, name).release();
    await expect.poll(() => states(made)).toEqual(Array(5).fill('RUNNING'));
    expect(events).toContainEqual(expect.objectContaining({ type: 'service-progress', wanted: 5 }));
  });

  it('is told when all is as it was wanted', async () => {
    const { made, caller } = await kept();
    await caller.call('UpdateService', { service: 'site', desiredCount: 3 });
    const { outcomes } = await caller.call('WaitServices', { services: ['site'], timeout: 20 });
    expect(outcomes).toMatchObject([{ state: 'STEADY' }]);
    expect(await states(made)).toEqual(Array(3).fill('RUNNING'));
  });
});

it('a server keeps clusters that are made while it runs', async () => {
  const { store, hosts, processes } = await cluster(['web1']);
  await kit({ store, hosts, processes }).engine.call('DeregisterContainerInstance', {
    containerInstance: 'web1',
  });
  const made = kit({ hosts, settings: { healthyAfter: 0 } });
  const { served, engine } = serving(made);
  void served.keep();
  await engine.call('CreateCluster', { clusterName: 'late' });
  await engine.call('RegisterContainerInstance', { cluster: 'late', host: 'web1' });
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', {
    cluster: 'late',
    serviceName: 'site',
    taskDefinition: 'web',
    desiredCount: 1,
  });
  await expect
    .poll(async () => (await records(made.store, 'late')).map(({ lastStatus }) => lastStatus))
    .toEqual(['RUNNING']);
});
