import { expect, it } from 'vitest';
import { sharedDesire } from '../../../../src/lib/engine/services/shared-desire.js';

const tasks = (running: number, pending = 0) => ({ running, pending, stopping: 1 });

it.each([
  ['a deployment alone, though a task has ended', [tasks(1)], [2]],
  ['one that has just begun', [tasks(0), tasks(2)], [0, 2]],
  ['one whose tasks start beside the others', [tasks(0, 2), tasks(2)], [2, 2]],
  ['one that takes places that were given up', [tasks(0), tasks(1)], [1, 1]],
  ['one that took the place of two', [tasks(1), tasks(1), tasks(0)], [1, 1, 0]],
  ['the others once they stop', [tasks(2), tasks(0)], [2, 0]],
  ['fewer than there are yet', [tasks(3), tasks(0)], [2, 0]],
])('tells what each deployment is to have: %s', (_, counts, desired) => {
  const deployments = counts.map((__, i) => ({
    id: String(i),
    status: i === 0 ? ('PRIMARY' as const) : ('ACTIVE' as const),
  }));
  const byId = new Map(counts.map((count, i) => [String(i), count]));
  expect([...sharedDesire(deployments, 2, byId).values()]).toEqual(desired);
});
