import { expect, it } from 'vitest';
import { beginDeployment } from '../../../src/lib/services/rollout.js';
import { tellFailures } from '../../../src/lib/services/failures.js';
import type { EndedTask } from '../../../src/lib/services/types.js';
import { MINUTE, NOW, service } from './builders.js';

const ended = (id: string, rest: Partial<EndedTask> = {}): EndedTask => ({
  id,
  deployment: 'ecs-svc/1',
  instance: 'a1',
  createdAt: NOW - 1000,
  stoppedAt: NOW,
  cause: 'itself',
  reason: 'CannotPullContainerError: no such image.',
  ...rest,
});
const crash = { startedAt: NOW - 500, reason: 'Essential container in task exited (web: exit code 3)' };

it('says once why tasks failed, with all that failed for the same reason', () => {
  expect(tellFailures(service(), [ended('1'), ended('2', crash), ended('3')], NOW).events).toEqual([
    '(service web) has failed to start 2 tasks: (task 1) (task 3). Reason: CannotPullContainerError: no such image.',
    '(service web) has had 1 tasks end by themselves: (task 2). Reason: Essential container in task exited (web: exit code 3).',
  ]);
});

it('says nothing of tasks that were to end', () => {
  const before = service();
  expect(tellFailures(before, [ended('1', { cause: 'asked' })], NOW)).toEqual({
    service: before,
    events: [],
  });
});

it('says the same again after a while, another reason or another deployment at once', () => {
  const told = tellFailures(service(), [ended('1')], NOW);
  const next = (tasks: EndedTask[], at: number) => tellFailures(told.service, tasks, at).events.length;
  expect(next([ended('2')], NOW + 9 * MINUTE)).toBe(0);
  expect(next([ended('2')], NOW + 10 * MINUTE)).toBe(1);
  expect(next([ended('2', crash)], NOW + 1)).toBe(1);
  const updated = beginDeployment(told.service, { id: 'ecs-svc/2' }, NOW);
  expect(tellFailures(updated, [ended('3')], NOW + 1).events).toHaveLength(1);
});

it('keeps few reasons, however many there are', () => {
  let state = service();
  for (let i = 0; i < 30; i++)
    state = tellFailures(state, [ended(`${i}`, { reason: `reason ${i}` })], NOW + i).service;
  expect(state.failuresTold).toHaveLength(6);
  const many = Array.from({ length: 9 }, (_, i) => ended(`${i}`, { reason: `reason ${i}` }));
  expect(tellFailures(service(), many, NOW).events).toHaveLength(3);
});
