import { describe, expect, it } from 'vitest';
import type { EndedTask, Service } from '../../../src/lib/services/types.js';
import { host, MINUTE, NOW, plan, seen, service, task } from './builders.js';

const ended = (rest: Partial<EndedTask> = {}): EndedTask => ({
  id: 'dead',
  deployment: 'ecs-svc/1',
  instance: 'a1',
  createdAt: NOW - 2 * MINUTE,
  stoppedAt: NOW,
  cause: 'itself',
  reason: '',
  ...rest,
});
const one = [task('1', 'a1')];

it('leaves a steady service alone', () => {
  const steady = service();
  expect(plan(steady, seen([...one, task('2', 'b1')]))).toEqual({
    service: { ...steady, deployments: [{ ...steady.deployments[0], mostHealthy: 2, updatedAt: NOW }] },
    start: { count: 0 },
    stop: [],
    lost: [],
    found: [],
    gone: [],
    events: [],
    steady: true,
    wakeAt: undefined,
  });
});

it('tells of what engines have started again', () => {
  const restarts = [
    { container: 'app', times: 1, inAll: 1, exitCode: 7 },
    { container: 'log', times: 2, inAll: 5 },
  ];
  expect(plan(service(), seen([...one, task('2', 'b1', { restarts })])).events).toEqual([
    "(service web) (task 2) container app was started again by its host's engine once; it had ended with code 7.",
    "(service web) (task 2) container log was started again by its host's engine 2 times more, 5 times in all; how it had ended is not known.",
  ]);
});

describe('throttling', () => {
  const paused = (rest: Partial<Service['setbacks']> = {}): Service =>
    service({ setbacks: { rounds: 2, until: NOW + 1000, ...rest } });

  it('replaces the death of one that had been healthy at once', () => {
    expect(plan(service(), seen(one, { ended: [ended({ startedAt: NOW - MINUTE })] }))).toMatchObject({
      start: { count: 1 },
      wakeAt: undefined,
    });
  });

  it('waits with the next start after one that never ran', () => {
    const { start, service: after, wakeAt } = plan(service(), seen(one, { ended: [ended()] }));
    expect({ start, wakeAt }).toEqual({ start: { count: 0 }, wakeAt: NOW + 1000 });
    expect(plan(after, seen(one), NOW + 999).start.count).toBe(0);
    expect(plan(after, seen(one), NOW + 1000).start.count).toBe(1);
  });

  it('counts a start that failed through its host', () => {
    expect(plan(service(), seen(one, { ended: [ended({ cause: 'start' })] })).wakeAt).toBe(NOW + 1000);
  });

  it('tells of it once, at the third round', () => {
    const text = '(service web) is unable to consistently start tasks successfully.';
    const third = plan(paused({ until: NOW }), seen([], { ended: [ended()] }));
    expect(third.events).toContain(text);
    const fourth = plan(third.service, seen([], { ended: [ended()] }), NOW + MINUTE);
    expect(fourth.service.setbacks?.rounds).toBe(4);
    expect(fourth.events).not.toContain(text);
  });

  it('ends with a task started since that becomes healthy, though as many were before', () => {
    const known = { ...paused({ until: NOW - 10 * MINUTE }), desiredCount: 5 };
    const had = { ...known, deployments: [{ ...known.deployments[0]!, mostHealthy: 5 }] };
    expect(plan(had, seen(one)).service.setbacks).toEqual(known.setbacks);
    const since = task('2', 'b1', { createdAt: NOW - 9 * MINUTE, startedAt: NOW - 8 * MINUTE });
    expect(plan(had, seen([...one, since])).service.setbacks).toBeUndefined();
  });

  it('ends when more are healthy than ever before', () => {
    expect(plan(paused(), seen(one)).service.setbacks).toBeUndefined();
  });

  it('ends when all that is wanted is there', () => {
    const known = paused();
    const had = { ...known, desiredCount: 1, deployments: [{ ...known.deployments[0]!, mostHealthy: 5 }] };
    expect(plan(had, seen(one)).service.setbacks).toBeUndefined();
  });
});

describe('deletion', () => {
  const deleted = service({ status: 'DRAINING' });

  it('stops all, protected ones too, and starts nothing', () => {
    const tasks = [task('1', 'a1', { protectedUntil: NOW + MINUTE }), task('2', 'b1', { evicted: true })];
    expect(plan(deleted, seen(tasks))).toMatchObject({
      start: { count: 0 },
      stop: { length: 2 },
      service: { status: 'DRAINING' },
    });
  });

  it('is over with the last task', () => {
    const last = [task('1', 'a1', { lastStatus: 'STOPPING' })];
    expect(plan(deleted, seen(last)).service.status).toBe('DRAINING');
    expect(plan(deleted, seen([])).service.status).toBe('INACTIVE');
  });

  it('waits for tasks on hosts that are given up, and stops them when those return', () => {
    const hosts = [host('a1', { awaySince: NOW - 600_000 })];
    expect(plan(deleted, seen(one, { hosts }))).toMatchObject({ stop: [], service: { status: 'DRAINING' } });
    expect(plan(deleted, seen(one)).stop).toHaveLength(1);
  });

  it('says so where all that is left is on hosts that are away, and what can be done', () => {
    const hosts = [host('a1', { awaySince: NOW - 2 * MINUTE }), host('b1', { awaySince: NOW - 3 * MINUTE })];
    const left = [task('1', 'a1', { lastStatus: 'STOPPING' }), task('2', 'b1'), task('3', 'b1')];
    const text =
      '(service web) is draining, and all that is left (3 tasks) is on hosts that do not answer: a1, b1. It is gone when they answer, or when they are given up: longshore reconcile --give-up-lost-hosts.';
    expect(plan(deleted, seen(left, { hosts })).events).toEqual([text]);
    expect(plan(deleted, seen(left, { hosts, frozen: true })).events).toContain(text);
    expect(plan(deleted, seen(left, { hosts }), NOW - 1).events).not.toContain(text);
    expect(plan(deleted, seen([...left, task('4', 'c1')], { hosts })).events).not.toContain(text);
  });

  it('does not wait for tasks on hosts that were given up by hand', () => {
    const away = { awaySince: NOW - 1000, givenUp: true };
    const left = [task('1', 'a1'), task('2', 'b1', { lastStatus: 'STOPPING' })];
    const half = plan(deleted, seen(left, { hosts: [host('a1', away)] }));
    expect(half).toMatchObject({ stop: [], gone: ['1'], service: { status: 'DRAINING' } });
    const all = plan(deleted, seen(left, { hosts: [host('a1', away), host('b1', away)] }));
    expect(all).toMatchObject({
      gone: ['1', '2'],
      events: [
        '(service web) counts 2 tasks as stopped, whose hosts were given up: a1, b1. They are stopped when these are back.',
      ],
      service: { status: 'INACTIVE' },
    });
    expect(plan(service(), seen(left, { hosts: [host('a1', away)] })).gone).toEqual([]);
  });

  it('is no success of a deployment that was under way', () => {
    const under = {
      ...deleted,
      deployments: [{ ...deleted.deployments[0]!, rolloutState: 'IN_PROGRESS' as const }],
    };
    expect(plan(under, seen([]))).toMatchObject({
      events: [],
      service: { status: 'INACTIVE', deployments: [{ rolloutState: 'IN_PROGRESS' }] },
    });
  });
});

it('names all that it stops in one event', () => {
  const tasks = ['1', '2', '3'].map((id, i) => task(id, `${'abc'.charAt(i)}1`));
  expect(plan(service({ desiredCount: 1 }), seen(tasks)).events).toEqual([
    '(service web) has stopped 2 running tasks: (task 1) (task 2).',
  ]);
});
