import { expect, it } from 'vitest';
import { host, MINUTE, NOW, plan, seen, service, task } from './builders.js';

const lost = task('1', 'a1', { wasLost: true });
const away = host('a1', { awaySince: NOW - 10 * MINUTE });

it('a task that was given up, and had no replacement, is as any other when its host answers again', () => {
  expect(plan(service(), seen([lost, task('2', 'b1')])).found).toEqual(['1']);
  expect(plan(service(), seen([lost, task('2', 'b1')], { hosts: [away] })).found).toEqual([]);
});

it('one that was replaced goes first, also when its replacement is healthy later', () => {
  const replacement = task('3', 'c1', { startedAt: NOW - 1000 });
  const young = plan(service(), seen([lost, task('2', 'b1'), replacement]));
  expect(young).toMatchObject({ found: [], stop: [] });
  const later = plan(service(), seen([lost, task('2', 'b1'), task('3', 'c1')]));
  expect(later).toMatchObject({ found: [], stop: [{ task: '1' }] });
});
