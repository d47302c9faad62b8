import { expect, it } from 'vitest';
import type { Service, ServiceHost } from '../../../src/lib/services/types.js';
import { earlier, host, MINUTE, NOW, plan, rollout, seen, service, task } from './builders.js';

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

it('hosts that vanish together keep what runs there, whatever is deployed meanwhile', () => {
  const away = { awaySince: NOW - 10_000 };
  const hosts = [host('b1', away), host('c1', away)];
  const old = ['a1', 'a1', 'b1', 'c1'].map((at, n) => task(`old${n}`, at));
  const updating = (rest: Partial<Service> = {}) =>
    service({ desiredCount: 4, deployments: [rollout('2'), earlier('1')], ...rest });
  const frozen = plan(updating(), seen(old, { hosts, frozen: true }));
  // Two of four are where somebody can look.
  expect(frozen).toMatchObject({ start: { count: 2 }, stop: [], steady: false });
  const half = updating({ minimumHealthyPercent: 50 });
  const tasks = [...old, ...['new0', 'new1'].map((id) => task(id, 'a1', { deployment: 'ecs-svc/2' }))];
  expect(plan(half, seen(tasks, { hosts, frozen: true }))).toMatchObject({ start: { count: 0 }, stop: [] });
  const later = plan(half, seen(tasks, { hosts, frozen: true }), NOW + 60 * MINUTE);
  expect(later).toMatchObject({ start: { count: 0 }, stop: [], lost: [] });
  // Nor in the grace that those have anew which are still away when the others are back.
  const back = { hosts: [host('c1', away)] };
  const thawed = plan(later.service, seen(tasks, back), NOW + 60 * MINUTE);
  expect(thawed.stop.map((one) => one.task)).not.toContain('old3');
  const grace = plan(thawed.service, seen(tasks, back), NOW + 61 * MINUTE - 1);
  expect(grace.stop.map((one) => one.task)).not.toContain('old3');
  // What somebody has given up is replaced.
  const given = hosts.map((one) => ({ ...one, givenUp: true }));
  expect(plan(half, seen(tasks, { hosts: given }), NOW + 60 * MINUTE)).toMatchObject({
    start: { count: 2 },
  });
  // A service that is deleted needs nothing in its place.
  const over = updating({ status: 'DRAINING' });
  expect(plan(over, seen(old, { hosts, frozen: true })).stop).toHaveLength(4);
});
