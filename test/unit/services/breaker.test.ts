import { describe, expect, it } from 'vitest';
import { isFailure, setBack, thresholdOf } from '../../../src/lib/services/breaker.js';
import type { Breaker, EndedTask, ServiceHost, Setbacks } from '../../../src/lib/services/types.js';
import { host, MINUTE, NOW, settings } from './builders.js';

const ended = (rest: Partial<EndedTask> = {}): EndedTask => ({
  id: 't',
  deployment: 'ecs-svc/1',
  instance: 'a1',
  createdAt: NOW - MINUTE,
  stoppedAt: NOW,
  cause: 'itself',
  reason: '',
  ...rest,
});

describe('threshold', () => {
  it.each<[Breaker['threshold']['type'], number, number, number]>([
    ['BOUNDED_PERCENT', 50, 25, 13],
    ['BOUNDED_PERCENT', 50, 1, 3],
    ['BOUNDED_PERCENT', 50, 0, 3],
    ['BOUNDED_PERCENT', 50, 400, 200],
    ['BOUNDED_PERCENT', 50, 1000, 200],
    ['BOUNDED_PERCENT', 100, 7, 7],
    ['UNBOUNDED_PERCENT', 50, 1, 1],
    ['UNBOUNDED_PERCENT', 50, 1000, 500],
    ['UNBOUNDED_PERCENT', 50, 0, 1],
    ['COUNT', 4, 1000, 4],
    ['COUNT', 1, 0, 1],
  ])('%s %i of %i tasks: %i', (type, value, wanted, threshold) => {
    expect(thresholdOf({ threshold: { type, value } }, wanted)).toBe(threshold);
  });
});

describe('failure', () => {
  const there = { thereSince: NOW - 2 * MINUTE };
  it.each<[string, Partial<EndedTask>, boolean, Partial<ServiceHost>?]>([
    ['never ran', {}, true],
    ['ended soon', { startedAt: NOW - 39_999 }, true],
    ['had been healthy', { startedAt: NOW - 40_000 }, false],
    ['never ran on a host that is back', {}, true, { thereSince: NOW }],
    ['its start failed on a host that was there all the while', { cause: 'start' }, true],
    ['its host was away, and is back', { cause: 'start' }, false, { thereSince: NOW - MINUTE + 1 }],
    ['its host is away', { cause: 'start' }, false, { awaySince: NOW - 1 }],
    ['it was asked to stop', { cause: 'asked', startedAt: NOW - 1 }, false],
  ])('%s', (_, task, is, state = there) => {
    expect(isFailure(ended(task), host('a1', state), settings)).toBe(is);
  });

  it('its host has left the cluster', () => {
    expect(isFailure(ended({ cause: 'start' }), undefined, settings)).toBe(false);
  });
});

describe('pause', () => {
  const pauses = (failed: EndedTask, rounds: number) => {
    let now = NOW;
    let setbacks: Setbacks | undefined;
    return Array.from({ length: rounds }, () => {
      setbacks = setBack(setbacks, [failed], now);
      const pause = setbacks.until - now;
      now = setbacks.until;
      return pause / 1000;
    });
  };

  it('doubles up to 15 minutes for tasks that never start', () => {
    expect(pauses(ended(), 13)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it('stays within 30 seconds for tasks that end soon after they started, and begins with none', () => {
    expect(pauses(ended({ startedAt: NOW }), 9)).toEqual([0, 1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('is not long for one start that fails after many that ended soon', () => {
    let setbacks: Setbacks | undefined;
    for (let i = 0; i < 100; i++) setbacks = setBack(setbacks, [ended({ startedAt: NOW })], NOW + i * MINUTE);
    const now = NOW + 100 * MINUTE;
    expect(setBack(setbacks, [ended({ cause: 'start' })], now).until - now).toBeLessThanOrEqual(2.2 * MINUTE);
  });

  it('counts a round once, however its failures are spread', () => {
    const before = { rounds: 4, until: NOW + 8000 };
    expect(setBack(before, [ended()], NOW + 7999)).toBe(before);
    expect(setBack(before, [ended()], NOW + 8000).rounds).toBe(5);
  });
});
