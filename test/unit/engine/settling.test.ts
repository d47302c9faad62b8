import { describe, expect, it } from 'vitest';
import { cluster, definition, hostOf, idOf, kit, records, type Kit } from './kit.js';

const UNKNOWN = 'f'.repeat(32);

/**
 * A cluster in which a process died while it stopped a task, whose container doesn't stop until `release`, and another
 * process over the same state.
 */
async function leftOver(settings: { settleMoment?: number; settlePatience?: number } = {}) {
  const dead = await cluster(['web1'], { memory: 250 });
  await dead.engine.call('RegisterTaskDefinition', definition());
  const { tasks = [] } = await dead.engine.call('RunTask', { taskDefinition: 'web' });
  const host = hostOf(dead, 'web1');
  host.hang('stopContainer');
  void dead.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) }).catch(() => undefined);
  await expect.poll(() => stops(dead)).toBe(1);
  dead.processes.kill(dead.pid);
  const { store, hosts, processes } = dead;
  return { host, next: kit({ store, hosts, processes, settings: { settleMoment: 20, ...settings } }) };
}

const stops = (made: Kit) =>
  hostOf(made, 'web1').calls.filter((call) => call.startsWith('stopContainer')).length;

describe('what others left under way', () => {
  it('keeps nobody waiting, and is finished by the next settling verb', async () => {
    const { host, next } = await leftOver();
    const { tasks = [] } = await next.engine.call('RunTask', { taskDefinition: 'web' });
    expect(tasks[0]?.lastStatus).toBe('RUNNING');
    expect(stops(next)).toBe(2);
    expect((await records(next.store)).map((r) => r.lastStatus).sort()).toEqual(['RUNNING', 'STOPPING']);
    host.release();
    await next.engine.call('Reconcile', {});
    expect((await records(next.store)).map((r) => r.lastStatus).sort()).toEqual(['RUNNING', 'STOPPED']);
  });

  it('keeps no stop-task waiting either', async () => {
    const { host, next } = await leftOver();
    const { tasks = [] } = await next.engine.call('RunTask', { taskDefinition: 'web' });
    const stopping = next.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
    await expect.poll(() => stops(next)).toBe(4);
    host.exit([...host.containers.values()].at(-1)?.id ?? '', 0);
    host.release();
    expect((await stopping).task?.lastStatus).toBe('STOPPED');
  });

  it('is waited for where its room is needed, for a while', async () => {
    const { host, next } = await leftOver();
    setTimeout(() => host.release(), 100);
    const { tasks } = await next.engine.call('RunTask', { taskDefinition: 'web', count: 2 });
    expect(tasks?.map((task) => task.lastStatus)).toEqual(['RUNNING', 'RUNNING']);

    const hasty = await leftOver({ settlePatience: 20 });
    const { failures } = await hasty.next.engine.call('RunTask', { taskDefinition: 'web', count: 2 });
    expect(failures).toMatchObject([{ reason: 'RESOURCE:MEMORY' }]);
  });

  it('may still go on when the state is closed', async () => {
    const { host, next } = await leftOver();
    await next.engine.call('RunTask', { taskDefinition: 'web' });
    const events = next.events.length;
    await next.store.close();
    host.release();
    // What it does from here on fails; an unhandled rejection would fail this test.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(next.events).toHaveLength(events);
  });

  it('is not left alone by a verb that is refused', async () => {
    const { host, next } = await leftOver({ settleMoment: 1000 });
    const { store, hosts, processes } = next;
    const before = kit({ store, hosts, processes, settings: { settleMoment: 1 } });
    await before.engine.call('RunTask', { taskDefinition: 'web', clientToken: 't' });
    setTimeout(() => host.release(), 50);
    await expect(
      next.engine.call('RunTask', { taskDefinition: 'web', clientToken: 't', count: 2 }),
    ).rejects.toMatchObject({ code: 'ConflictException' });
    expect((await records(next.store)).map((r) => r.lastStatus).sort()).toEqual(['RUNNING', 'STOPPED']);
  });

  it('is not touched by a stop of a task that nobody knows', async () => {
    const { next } = await leftOver();
    await expect(next.engine.call('StopTask', { task: UNKNOWN })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
    expect(stops(next)).toBe(1);
  });
});

it('of processes that died nothing is left where somebody watches', async () => {
  const { host, next } = await leftOver();
  host.release();
  const watching = next.engine.call('Reconcile', { watch: true });
  await expect.poll(async () => (await records(next.store)).map((r) => r.lastStatus)).toEqual(['STOPPED']);
  const owner = await next.ctx.owner();
  const owners = async () => (await next.store.list({ prefix: 'owner/' })).map(({ key }) => key);
  await expect.poll(owners).toEqual([owner]);
  next.abort();
  await watching;
});

it('a stop-task whose host does not answer says what becomes of it', async () => {
  const made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
  hostOf(made, 'web1').vanish();
  const { task } = await made.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
  expect(task).toMatchObject({ lastStatus: 'STOPPING', desiredStatus: 'STOPPED' });
  expect(made.events).toContainEqual({
    type: 'note',
    message: expect.stringMatching(
      /^task \w{8} will be stopped once its host answers: longshore reconcile --cluster default sees to it$/,
    ),
  });
});

describe('a stop-task that is interrupted', () => {
  it('ends at once; the wish stands, and the next settling verb carries it out', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    const host = hostOf(made, 'web1');
    host.hang('stopContainer');
    const stopping = made.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
    await expect.poll(() => stops(made)).toBe(1);
    made.abort(new Error('interrupted'));
    await expect(stopping).rejects.toThrow('interrupted');
    expect(made.events).toContainEqual({
      type: 'note',
      message: expect.stringMatching(/is to stop all the same/),
    });
    made.processes.kill(made.pid);
    host.release();
    const { store, hosts, processes } = made;
    await kit({ store, hosts, processes }).engine.call('Reconcile', {});
    expect(await records(store)).toMatchObject([{ lastStatus: 'STOPPED', stopCode: 'UserInitiated' }]);
  });
});
