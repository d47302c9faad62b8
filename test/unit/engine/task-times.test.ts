import { describe, expect, it } from 'vitest';
import type { Task } from '../../../src/lib/api/types.js';
import { cluster, definition, hostOf, idOf, kit } from './kit.js';

/** A clock that goes on by a second each time it is asked. */
function ticking(): () => number {
  let now = Date.UTC(2026, 0, 1);
  return () => (now += 1000);
}

const phases = [
  'createdAt',
  'connectivityAt',
  'pullStartedAt',
  'pullStoppedAt',
  'startedAt',
  'stoppingAt',
  'executionStoppedAt',
  'stoppedAt',
] as const;

/** The phases that a task tells of, which must be in their order. */
function toldOf(task: Task | undefined): string[] {
  const told = phases.filter((phase) => task?.[phase] !== undefined);
  const times = told.map((phase) => task?.[phase]?.getTime() ?? 0);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  return told;
}

describe('the times of a task', () => {
  it('tell of each phase, from its creation to its end', async () => {
    const clock = ticking();
    const made = await cluster(['web1'], { clock });
    Object.assign(hostOf(made, 'web1'), { now: clock });
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    expect(toldOf(tasks[0])).toEqual(phases.slice(0, 5));
    expect(tasks[0]).toMatchObject({ lastStatus: 'RUNNING', connectivity: 'CONNECTED' });
    const { task } = await made.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
    expect(toldOf(task)).toEqual(phases);
    expect(task).toMatchObject({ lastStatus: 'STOPPED', connectivity: 'CONNECTED' });
  });

  it('tell of a pull that failed', async () => {
    const made = await cluster(['web1'], { clock: ticking() });
    await made.engine.call('RegisterTaskDefinition', definition('web', { image: 'nowhere/none' }));
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    expect(tasks[0]).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
    expect(toldOf(tasks[0])).toEqual(phases.filter((phase) => phase !== 'startedAt'));
  });

  it('come back from the hosts as far as containers show them', async () => {
    const first = await cluster(['web1']);
    await first.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await first.engine.call('RunTask', { taskDefinition: 'web' });
    const second = kit({ hosts: first.hosts });
    await second.engine.call('Recover', { host: 'web1' });
    const { tasks: again = [] } = await second.engine.call('DescribeTasks', {
      tasks: [idOf(tasks[0]?.taskArn)],
    });
    for (const phase of phases.slice(0, 4)) expect(again[0]?.[phase], phase).toEqual(tasks[0]?.[phase]);
    expect(again[0]?.startedAt).toBeDefined();
  });

  it('do without what labels say wrongly', async () => {
    const first = await cluster(['web1']);
    await first.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await first.engine.call('RunTask', { taskDefinition: 'web' });
    const [container] = hostOf(first, 'web1').containers.values();
    const labels = container?.options.Labels ?? {};
    const facts = JSON.parse(labels['longshore.task'] ?? '') as object;
    labels['longshore.task'] = JSON.stringify({ ...facts, times: { pullStartedAt: 'x', pullStoppedAt: -1 } });
    const second = kit({ hosts: first.hosts });
    await second.engine.call('Recover', { host: 'web1' });
    const { tasks: again = [] } = await second.engine.call('DescribeTasks', {
      tasks: [idOf(tasks[0]?.taskArn)],
    });
    expect(again[0]).toMatchObject({ lastStatus: 'RUNNING', createdAt: tasks[0]?.createdAt });
    expect(again[0]).not.toHaveProperty('pullStartedAt');
    expect(again[0]).not.toHaveProperty('pullStoppedAt');
  });

  it('say that a host is out of sight', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    hostOf(made, 'web1').vanish();
    const { tasks: now = [] } = await made.engine.call('DescribeTasks', { tasks: [idOf(tasks[0]?.taskArn)] });
    expect(now[0]).toMatchObject({ lastStatus: 'RUNNING', connectivity: 'DISCONNECTED' });
  });
});
