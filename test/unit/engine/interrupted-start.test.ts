import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HostError } from '../../../src/lib/hosts/host-error.js';
import { StoreError } from '../../../src/lib/store/store.js';
import { cluster, definition, hostOf, idOf, kit, records, type Kit } from './kit.js';

const spread = [{ type: 'spread' as const, field: 'instanceId' }];

/** Two hosts, and a run-task of one task on each of which web2's doesn't get past `method`. */
async function halfStarted(method: 'createContainer' | 'startContainer') {
  const made = await cluster(['web1', 'web2']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const web2 = hostOf(made, 'web2');
  web2.hang(method);
  const end = new AbortController();
  const running = made.engine.call(
    'RunTask',
    { taskDefinition: 'web', count: 2, placementStrategy: spread },
    { signal: end.signal },
  );
  await expect.poll(() => web2.calls.some((call) => call.startsWith(method))).toBe(true);
  await expect.poll(() => states(made)).toContain('RUNNING');
  return { made, web2, running, end };
}

const states = async (made: Kit) => (await records(made.store)).map((record) => record.lastStatus).sort();

describe('a run-task that is interrupted while tasks start', () => {
  it.each(['createContainer', 'startContainer'] as const)(
    'answers with what runs, and undoes the rest (at %s)',
    async (method) => {
      const { made, web2, running, end } = await halfStarted(method);
      end.abort(new Error('interrupted'));
      web2.release();
      const { tasks = [], failures } = await running;
      expect(failures).toEqual([]);
      const [undone, runs] = [...tasks].sort((a, b) => (a.lastStatus! < b.lastStatus! ? 1 : -1));
      expect(runs?.lastStatus).toBe('RUNNING');
      if (method === 'createContainer') {
        expect(undone).toMatchObject({
          lastStatus: 'STOPPED',
          stopCode: 'TaskFailedToStart',
          stoppedReason: 'Task failed to start: interrupted',
        });
        expect(web2.containers.size).toBe(0);
      } else {
        // It was one request from running: that counts.
        expect(undone?.lastStatus).toBe('RUNNING');
      }
      const { taskArns = [] } = await made.engine.call('ListTasks', {});
      const up = tasks.filter((t) => t.lastStatus === 'RUNNING').map((t) => t.taskArn);
      expect(taskArns.sort()).toEqual(up.sort());
    },
  );

  it('undoes what waits for its turn, and what waits for a connection, at once', async () => {
    const made = await cluster(['web1'], { startsPerHost: 1 });
    await made.engine.call('RegisterTaskDefinition', definition());
    const host = hostOf(made, 'web1');
    host.hang('info');
    const seen = host.calls.length;
    const running = made.engine.call('RunTask', { taskDefinition: 'web', count: 3 });
    await expect.poll(() => host.calls.length).toBeGreaterThan(seen);
    made.abort(new Error('interrupted'));
    const { tasks = [] } = await running;
    expect(tasks.map((task) => task.stoppedReason)).toEqual(
      Array.from({ length: 3 }, () => 'Task failed to start: interrupted'),
    );
    expect(host.calls.filter((call) => call.startsWith('createContainer'))).toEqual([]);
    expect(await states(made)).toEqual(['STOPPED', 'STOPPED', 'STOPPED']);
  });

  it('leaves a task to be stopped whose host is lost meanwhile', async () => {
    const { made, web2, running, end } = await halfStarted('createContainer');
    end.abort(new Error('interrupted'));
    web2.vanish();
    await running;
    expect(await states(made)).toEqual(['RUNNING', 'STOPPING']);
    web2.comeBack();
    web2.release();
    await made.engine.call('Reconcile', {});
    expect(await states(made)).toEqual(['RUNNING', 'STOPPED']);
    expect(web2.containers.size).toBe(0);
  });

  it('throws where nothing was placed yet', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    made.abort(new Error('interrupted'));
    await expect(made.engine.call('RunTask', { taskDefinition: 'web' })).rejects.toThrow('interrupted');
    expect(await records(made.store)).toEqual([]);
  });
});

describe('a fault while tasks start', () => {
  const broken = () => new TypeError('x is not a function') as unknown as HostError;

  it('of one of them loses none of the others', async () => {
    const made = await cluster(['web1', 'web2']);
    await made.engine.call('RegisterTaskDefinition', definition());
    hostOf(made, 'web2').failNext('createContainer', broken());
    const { tasks = [] } = await made.engine.call('RunTask', {
      taskDefinition: 'web',
      count: 2,
      placementStrategy: spread,
    });
    expect(tasks.map((task) => task.lastStatus).sort()).toEqual(['RUNNING', 'STOPPED']);
    expect(tasks.find((task) => task.lastStatus === 'STOPPED')).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'Task failed to start: x is not a function',
    });
    expect(made.events).toContainEqual({
      type: 'warning',
      message: 'not all tasks could be started: x is not a function',
    });
  });

  it('of the state says that records lag behind, not that tasks don’t run', async () => {
    const made = await cluster(['web1', 'web2']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const full = new StoreError('the disk of the state is full', 'Make room and repeat.');
    hostOf(made, 'web2').failNext('createContainer', full as unknown as HostError);
    await made.engine.call('RunTask', { taskDefinition: 'web', count: 2, placementStrategy: spread });
    expect(made.events).toContainEqual({
      type: 'warning',
      message:
        'the start could not all be recorded: the disk of the state is full; mend that, then run longshore reconcile',
    });
  });

  it('is thrown where none runs', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    hostOf(made, 'web1').failNext('createContainer', broken());
    await expect(made.engine.call('RunTask', { taskDefinition: 'web' })).rejects.toThrow(
      'x is not a function',
    );
    expect(await states(made)).toEqual(['STOPPED']);
  });
});

describe('a run-task that finds room for some of its tasks only', () => {
  it('starts those while the hosts are looked at for the others', async () => {
    const made = await cluster(['web1', 'web2'], { memory: 150 });
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks: [old] = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    const [full, free] = ['web1', 'web2'].map((name) => hostOf(made, name));
    const [busy, idle] = full!.containers.size > 0 ? [full!, free!] : [free!, full!];
    // Its task has ended, which nobody knows before that host is looked at.
    busy.exit([...busy.containers.keys()][0] ?? '', 0);
    busy.hang('listContainers');
    const running = made.engine.call('RunTask', { taskDefinition: 'web', count: 2 });
    await expect.poll(() => [...idle.containers.values()].map((c) => c.status)).toEqual(['running']);
    await sleep(10);
    busy.release();
    const { tasks = [], failures } = await running;
    expect(failures).toEqual([]);
    expect(tasks.map((task) => task.lastStatus)).toEqual(['RUNNING', 'RUNNING']);
    expect((await records(made.store)).find(({ id }) => id === idOf(old?.taskArn))?.lastStatus).toBe(
      'STOPPED',
    );
  });

  it('keeps what it started when it is interrupted during the look', async () => {
    const made = await cluster(['web1', 'web2'], { memory: 150 });
    await made.engine.call('RegisterTaskDefinition', definition());
    const other = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    await other.engine.call('RunTask', { taskDefinition: 'web' });
    const all = ['web1', 'web2'].map((name) => hostOf(made, name));
    const busy = all.find((host) => host.containers.size > 0)!;
    const idle = all.find((host) => host !== busy)!;
    busy.hang('listContainers');
    const running = made.engine.call('RunTask', { taskDefinition: 'web', count: 2 });
    await expect.poll(() => [...idle.containers.values()].map((c) => c.status)).toEqual(['running']);
    await expect.poll(() => states(made)).toEqual(['RUNNING', 'RUNNING']);
    made.abort(new Error('interrupted'));
    const { tasks = [], failures } = await running;
    expect(tasks).toMatchObject([{ lastStatus: 'RUNNING' }]);
    expect(failures).toMatchObject([{ reason: 'RESOURCE:MEMORY' }]);
  });
});
