import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { longestTimer, TimeLimit } from '../../../src/lib/hosts/time-limit.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it.each([2 ** 31 / 1000, 2_147_483_647, 1e300])('%d seconds are not over at once', (seconds) => {
  const over = vi.fn();
  const limit = new TimeLimit(seconds, over);
  expect(limit.left).toBeGreaterThan(longestTimer - 1000);
  vi.advanceTimersByTime(60_000);
  expect(over).not.toHaveBeenCalled();
  expect(limit.left).toBeGreaterThan(longestTimer - 61_000);
  limit.clear();
});

it('a limit is over after its time', () => {
  const over = vi.fn();
  new TimeLimit(30, over);
  vi.advanceTimersByTime(29_999);
  expect(over).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(over).toHaveBeenCalledTimes(1);
});

it('time in which this process was suspended is not taken for slowness, in the last moment neither', () => {
  const over = vi.fn();
  const clock = vi.spyOn(performance, 'now');
  const limit = new TimeLimit(30, over);
  const suspended = performance.now() + 90_000;
  clock.mockImplementation(() => suspended);
  vi.advanceTimersByTime(1000);
  expect(over).not.toHaveBeenCalled();
  expect(limit.left).toBeGreaterThan(25_000);
  clock.mockRestore();
  limit.clear();

  const late = new TimeLimit(0.5, over);
  const jumped = performance.now() + 90_000;
  vi.spyOn(performance, 'now').mockImplementation(() => jumped);
  vi.advanceTimersByTime(500);
  expect(over).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  late.clear();
});
