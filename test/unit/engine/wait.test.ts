import { describe, expect, it } from 'vitest';
import { hurry, pass, passUntil, useFakeTime, useFastTime } from '../../fakes/fake-time.js';
import { cluster, definition, hostOf, idOf, kit, records } from './kit.js';

/** A cluster of one host with tasks on it, and their ids. */
async function world(count: number) {
  const made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web', count });
  return { ...made, ids: tasks.map(({ taskArn }) => idOf(taskArn)) };
}
const unknown = 'f'.repeat(32);

describe('waiting until tasks run', () => {
  useFastTime();

  it('ends at once where they do', async () => {
    const { engine, ids } = await world(2);
    const { tasks } = await engine.call('WaitTasks', { tasks: ids, until: 'RUNNING' });
    expect(tasks?.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
  });

  it('looks at the hosts: one that has ended meanwhile doesn’t run', async () => {
    const made = await world(2);
    const host = hostOf(made, 'web1');
    host.exit([...host.containers.keys()][0] ?? '', 7);
    const { tasks = [] } = await made.engine.call('WaitTasks', { tasks: made.ids, until: 'RUNNING' });
    expect(tasks.map(({ lastStatus }) => lastStatus).sort()).toEqual(['RUNNING', 'STOPPED']);
  });

  it('ends when a start that is under way is done', async () => {
    const made = await world(1);
    const other = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    const before = hostOf(made, 'web1').containers.size;
    const starting = other.engine.call('RunTask', { taskDefinition: 'web', startedBy: 'other' });
    let arns: string[] = [];
    while (arns.length === 0) {
      const listed = await made.engine.call('ListTasks', { startedBy: 'other', refresh: false });
      arns = listed.taskArns ?? [];
    }
    const { tasks } = await made.engine.call('WaitTasks', { tasks: arns, until: 'RUNNING', timeout: 20 });
    expect(tasks?.[0]?.lastStatus).toBe('RUNNING');
    expect(hostOf(made, 'web1').containers.size).toBe(before + 1);
    await starting;
  });

  it('gives up where one is unknown: it never will', async () => {
    const { engine, ids } = await world(1);
    const { tasks, failures } = await engine.call('WaitTasks', {
      tasks: [...ids, unknown],
      until: 'RUNNING',
    });
    expect(tasks).toHaveLength(1);
    expect(failures).toEqual([
      { arn: `arn:aws:ecs:local:000000000000:task/default/${unknown}`, reason: 'MISSING' },
    ]);
  });
});

describe('waiting until tasks have stopped', () => {
  useFastTime();

  it('waits for those that there are', async () => {
    const { engine, ids } = await world(1);
    await engine.call('StopTask', { task: ids[0] ?? '' });
    const { tasks, failures } = await engine.call('WaitTasks', { tasks: [...ids, unknown] });
    expect(tasks).toMatchObject([{ lastStatus: 'STOPPED' }]);
    expect(failures).toHaveLength(1);
    expect(await engine.call('WaitTasks', { tasks: [unknown] })).toMatchObject({ tasks: [] });
    await expect(engine.call('WaitTasks', { tasks: [] })).rejects.toMatchObject({
      message: 'Tasks cannot be empty.',
    });
  });
});

describe('waiting', () => {
  useFastTime();

  it('ends when the tasks have stopped, and stops siblings of an essential container that ended', async () => {
    const made = await cluster(['web1']);
    const { containerDefinitions } = definition();
    await made.engine.call('RegisterTaskDefinition', {
      family: 'pair',
      containerDefinitions: [
        ...containerDefinitions,
        { ...containerDefinitions[0], name: 'side', essential: false },
      ],
    });
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'pair' });
    const host = hostOf(made, 'web1');
    const waiting = made.engine.call('WaitTasks', { tasks: [idOf(tasks[0]?.taskArn)] });
    await new Promise((resolve) => setTimeout(resolve, 20));
    host.exit([...host.containers.values()].find((c) => c.name.includes('-app-'))?.id ?? '', 4);
    const { tasks: ended = [] } = await waiting;
    expect(ended[0]).toMatchObject({ lastStatus: 'STOPPED' });
    expect(ended[0]?.containers?.map((c) => c.exitCode)).toEqual([4, 143]);
    expect(made.events).toContainEqual(
      expect.objectContaining({ type: 'task-state', lastStatus: 'STOPPED', exitCode: 4 }),
    );
  });

  it('tells of the want of memory that ended a task', async () => {
    const { made, ids } = await twoTasks();
    for (const host of made.hosts.hosts.values())
      host.exit([...host.containers.values()].find((c) => c.name.includes('-app-'))?.id ?? '', 137, {
        oomKilled: true,
      });
    await made.engine.call('WaitTasks', { tasks: ids });
    expect(made.events).toContainEqual(
      expect.objectContaining({
        type: 'task-state',
        exitCode: 137,
        reason: 'OutOfMemoryError: Container killed due to memory usage',
      }),
    );
  });

  it('is given up after its time', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    const { tasks: still = [] } = await made.engine.call('WaitTasks', {
      tasks: [idOf(tasks[0]?.taskArn)],
      timeout: 1,
    });
    expect(still[0]?.lastStatus).toBe('RUNNING');
  });

  it('answers with the tasks as they are when it is aborted', async () => {
    const { made, ids } = await twoTasks();
    const abort = new AbortController();
    const waiting = made.engine.call('WaitTasks', { tasks: ids }, { signal: abort.signal });
    const [first] = made.hosts.hosts.values();
    first?.exit([...first.containers.keys()][0] ?? '', 3);
    await expect.poll(async () => (await records(made.store)).map((r) => r.lastStatus)).toContain('STOPPED');
    abort.abort(new Error('enough'));
    const { tasks = [], exitCodes = [] } = await waiting;
    expect(tasks.map((task) => task.lastStatus).sort()).toEqual(['RUNNING', 'STOPPED']);
    expect(exitCodes.map(({ exitCode }) => exitCode).sort()).toEqual([125, 3]);
  });

  it('heeds its time also while it stops the rest of a task', async () => {
    const { made, ids } = await twoTasks();
    for (const host of made.hosts.hosts.values()) {
      host.hang('stopContainer');
      host.exit([...host.containers.values()].find((c) => c.name.includes('-app-'))?.id ?? '', 0);
    }
    const { tasks = [] } = await made.engine.call('WaitTasks', { tasks: ids, timeout: 1 });
    expect(tasks.map((task) => task.lastStatus)).toEqual(['STOPPING', 'STOPPING']);
  });

  it('gives up a task whose host stays away, and goes on for the others', async () => {
    let later = 0;
    const { made, ids } = await twoTasks({ clock: () => Date.now() + later });
    const [lost, there] = [...made.hosts.hosts.values()];
    lost?.vanish();
    const waiting = made.engine.call('WaitTasks', { tasks: ids });
    await expect
      .poll(() => made.events.some((e) => e.type === 'warning' && /trying again/.test(e.message)))
      .toBe(true);
    later = 61_000;
    await expect.poll(() => made.events.some((e) => e.type === 'host-failed'), { timeout: 5000 }).toBe(true);
    there?.exit([...there.containers.values()].find((c) => c.name.includes('-app-'))?.id ?? '', 0);
    const { tasks = [], exitCodes } = await waiting;
    expect(tasks.map((task) => task.lastStatus).sort()).toEqual(['RUNNING', 'STOPPED']);
    expect(exitCodes?.map(({ exitCode }) => exitCode).sort()).toEqual([0, 125]);
  });

  it('tells of tasks whose records go meanwhile', async () => {
    const { made, ids } = await twoTasks();
    const waiting = made.engine.call('WaitTasks', { tasks: ids });
    const all = [...made.hosts.hosts.values()];
    const isWaiting = () => all.every((host) => host.calls.some((call) => call.startsWith('waitContainer')));
    await expect.poll(isWaiting).toBe(true);
    await made.store.commit({ deletes: [`task/default/${ids[0]}`] });
    for (const host of all)
      host.exit([...host.containers.values()].find((c) => c.name.includes('-app-'))?.id ?? '', 0);
    const { tasks, failures, exitCodes } = await waiting;
    expect(tasks).toMatchObject([{ lastStatus: 'STOPPED' }]);
    expect(failures).toMatchObject([{ reason: 'MISSING' }]);
    expect(exitCodes?.map(({ exitCode }) => exitCode)).toEqual([125, 0]);
  });
});

describe('a wait for a host', () => {
  useFakeTime();

  it('does not spin on a start that was left over on a host that is away', async () => {
    const dead = await cluster(['web1']);
    await dead.engine.call('RegisterTaskDefinition', definition());
    const host = hostOf(dead, 'web1');
    host.hang('createContainer');
    void dead.engine.call('RunTask', { taskDefinition: 'web' }).catch(() => undefined);
    await passUntil(() => expect(host.calls).toContainEqual(expect.stringMatching(/^createContainer/)), 1000);
    dead.processes.kill(dead.pid);
    host.vanish();
    const { store, hosts, processes } = dead;
    const next = kit({ store, hosts, processes });
    const before = host.calls.length;
    const [record] = await records(store);
    const waiting = next.engine.call('WaitTasks', { tasks: [record?.id ?? ''] });
    await passUntil(() => expect(host.calls.length).toBeGreaterThan(before), 1000);
    await pass(100);
    expect(host.calls.length).toBeLessThan(before + 10);
    host.release();
    host.comeBack();
    hurry();
    expect((await waiting).tasks).toMatchObject([{ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' }]);
  });
});

/** A task of two containers, `app` and `side`, on each of two hosts. */
async function twoTasks(options: Parameters<typeof cluster>[1] = {}) {
  const made = await cluster(['web1', 'web2'], options);
  const { containerDefinitions } = definition();
  await made.engine.call('RegisterTaskDefinition', {
    family: 'pair',
    containerDefinitions: [
      ...containerDefinitions,
      { ...containerDefinitions[0], name: 'side', essential: false },
    ],
  });
  const { tasks = [] } = await made.engine.call('RunTask', {
    taskDefinition: 'pair',
    count: 2,
    placementStrategy: [{ type: 'spread', field: 'instanceId' }],
  });
  return { made, ids: tasks.map((task) => idOf(task.taskArn)) };
}
