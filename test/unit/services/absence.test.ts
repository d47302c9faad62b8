import { expect, it } from 'vitest';
import type { ServiceHost } from '../../../src/lib/services/types.js';
import { host, MINUTE, NOW, plan, seen, service, task } from './builders.js';

it('hosts that are still away when enough others are back have their grace anew', () => {
  const away = (rest: Partial<ServiceHost> = {}) => ({
    hosts: [host('a1', { awaySince: NOW - 60 * MINUTE, ...rest })],
  });
  const tasks = [task('1', 'a1'), task('2', 'b1')];
  const frozen = plan(service(), seen(tasks, { ...away(), frozen: true })).service;
  const thawed = plan(frozen, seen(tasks, away()));
  expect(thawed).toMatchObject({ start: { count: 0 }, lost: [], wakeAt: NOW + 2 * MINUTE });
  const soon = plan(thawed.service, seen(tasks, away()), NOW + 2 * MINUTE - 1);
  expect(soon).toMatchObject({ start: { count: 0 }, lost: [], wakeAt: NOW + 2 * MINUTE });
  const over = plan(soon.service, seen(tasks, away()), NOW + 2 * MINUTE);
  expect(over).toMatchObject({ start: { count: 1 }, lost: ['1'] });
  expect(over.service).not.toHaveProperty('freeze');
  // One that vanishes after that has the usual grace.
  const later = away({ awaySince: NOW + MINUTE });
  expect(plan(thawed.service, seen(tasks, later), NOW + MINUTE).wakeAt).toBe(NOW + 3 * MINUTE);
  // Nobody waits for what was given up by name, nor for what was replaced before.
  const given = plan(frozen, seen(tasks, away({ givenUp: true })));
  expect(given).toMatchObject({ start: { count: 1 }, lost: ['1'] });
  const replaced = [task('1', 'a1', { wasLost: true }), task('2', 'b1'), task('3', 'c1')];
  expect(plan(frozen, seen(replaced, away()))).toMatchObject({ start: { count: 0 }, stop: [] });
});
