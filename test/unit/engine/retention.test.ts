import { expect, it } from 'vitest';
import { cluster, definition, idOf } from './kit.js';

it('the history of stopped tasks is bounded: the oldest go, and don’t come back from their containers', async () => {
  let now = Date.now();
  const { engine } = await cluster(['web1'], {
    settings: { stoppedTasksKept: 2 },
    clock: () => (now += 10),
  });
  await engine.call('RegisterTaskDefinition', definition());
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) {
    const { tasks = [] } = await engine.call('RunTask', { taskDefinition: 'web' });
    ids.push(idOf(tasks[0]?.taskArn));
    await engine.call('StopTask', { task: ids[i] ?? '' });
  }
  await engine.call('Reconcile', {});
  for (let look = 0; look < 2; look++) {
    const { taskArns = [] } = await engine.call('ListTasks', { desiredStatus: 'STOPPED' });
    expect(taskArns.map(idOf).sort()).toEqual(ids.slice(-2).sort());
  }
  const { taskArns: live } = await engine.call('ListTasks', {});
  expect(live).toEqual([]);
});
