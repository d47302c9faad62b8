import { describe, expect, it } from 'vitest';
import { stopReasons } from '../../../src/lib/services/texts.js';
import type { Service } from '../../../src/lib/services/types.js';
import { earlier, host, MINUTE, NOW, plan, rollout, seen, service, stopped, task } from './builders.js';

const daemon = (rest: Partial<Service> = {}): Service =>
  service({ scheduling: 'DAEMON', desiredCount: 0, minimumHealthyPercent: 0, maximumPercent: 100, ...rest });
const updating = (rest: Partial<Service> = {}): Service =>
  daemon({ deployments: [rollout('2'), earlier('1')], ...rest });
const on = (...names: string[]) => ({ hosts: names.map((name) => host(name)), eligible: names });
const three = [task('1', 'a1'), task('2', 'b1'), task('3', 'c1')];

it('has one task on each host that is eligible, none elsewhere', () => {
  const { start, stop } = plan(daemon(), seen([task('1', 'a1'), task('2', 'z1')], on('a1', 'b1', 'c1')));
  expect(start).toEqual({ count: 2, on: ['b1', 'c1'] });
  expect(stop).toEqual([{ task: '2', reason: stopReasons.scaling('ecs-svc/1') }]);
  expect(plan(daemon(), seen(three, on('a1', 'b1', 'c1'))).steady).toBe(true);
});

it('stops at once on a host that drains', () => {
  const hosts = [host('c1', { draining: true })];
  const { start, stop } = plan(
    daemon({ minimumHealthyPercent: 100 }),
    seen(three, { hosts, eligible: ['a1', 'b1'] }),
  );
  expect(start.count).toBe(0);
  expect(stop).toEqual([{ task: '3', reason: stopReasons.draining }]);
});

it('keeps the one that works of two on a host', () => {
  const tasks = [task('1', 'a1', { startedAt: NOW }), task('2', 'a1')];
  expect(stopped(plan(daemon(), seen(tasks, on('a1'))))).toEqual(['1']);
});

describe('a rolling update', () => {
  it('stops the old task before the new one starts, as many as the lower bound allows', () => {
    expect(plan(updating(), seen(three, on('a1', 'b1', 'c1')))).toMatchObject({
      start: { count: 0 },
      stop: { length: 3 },
    });
    // 50 % of 3 is 2.
    const half = updating({ minimumHealthyPercent: 50 });
    expect(stopped(plan(half, seen(three, on('a1', 'b1', 'c1'))))).toEqual(['1']);
    const stopping = [task('1', 'a1', { lastStatus: 'STOPPING' }), ...three.slice(1)];
    expect(plan(half, seen(stopping, on('a1', 'b1', 'c1')))).toMatchObject({ start: { count: 0 }, stop: [] });
    expect(plan(half, seen(three.slice(1), on('a1', 'b1', 'c1'))).start.on).toEqual(['a1']);
  });

  it('says when the lower bound leaves it nothing to do', () => {
    const stuck = plan(updating({ minimumHealthyPercent: 100 }), seen(three, on('a1', 'b1', 'c1')));
    expect(stuck).toMatchObject({ start: { count: 0 }, stop: [], events: { length: 1 } });
  });

  it('leaves what it was when it has failed', () => {
    const failed = updating({ deployments: [rollout('2', { rolloutState: 'FAILED' }), earlier('1')] });
    expect(plan(failed, seen(three.slice(1), on('a1', 'b1', 'c1')))).toMatchObject({
      start: { count: 0 },
      stop: [],
    });
  });

  it('stops none that is protected', () => {
    const tasks = [task('1', 'a1', { protectedUntil: NOW + 1 }), task('2', 'b1')];
    expect(stopped(plan(updating(), seen(tasks, on('a1', 'b1'))))).toEqual(['2']);
  });
});

describe('a host that is away', () => {
  const away = (since: number) => ({
    hosts: [host('a1', { awaySince: NOW - since }), host('b1')],
    eligible: ['a1', 'b1'],
  });

  it('is given nothing', () => {
    expect(plan(daemon(), seen([task('2', 'b1')], away(1000)))).toMatchObject({
      start: { count: 0 },
      steady: false,
      // Then one task less is wanted.
      wakeAt: NOW + 2 * MINUTE - 1000,
    });
    expect(plan(daemon(), seen([task('2', 'b1')], away(2 * MINUTE)))).toMatchObject({ steady: true });
  });

  it('keeps its task, whatever version, until it is back', () => {
    expect(stopped(plan(updating(), seen([task('1', 'a1'), task('2', 'b1')], away(1000))))).toEqual(['2']);
    expect(
      plan(daemon(), seen([task('1', 'a1', { wasLost: true }), task('2', 'b1')], on('a1', 'b1'))),
    ).toMatchObject({ stop: [], steady: true });
  });
});

it('stops on all hosts when it is deleted', () => {
  const deleted = daemon({ status: 'DRAINING', minimumHealthyPercent: 100 });
  expect(plan(deleted, seen(three, on('a1', 'b1', 'c1')))).toMatchObject({
    start: { count: 0 },
    stop: { length: 3 },
  });
});
