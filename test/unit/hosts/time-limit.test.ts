import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { longestTimer, TimeLimit } from '../../../src/lib/hosts/time-limit.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it.each([2 ** 31 / 1000, 2_147_483_647, 1e300])('%d seconds are not over at once', (seconds) => {
  const over = vi.fn();
  const timer = vi.spyOn(globalThis, 'setTimeout');
  const limit = new TimeLimit(seconds, over);
  expect(timer.mock.calls[0]?.[1]).toBe(longestTimer);
  expect(limit.left).toBeGreaterThan(longestTimer - 1000);
  limit.clear();
  expect(over).not.toHaveBeenCalled();
});
