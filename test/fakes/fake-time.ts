import { syncBuiltinESMExports } from 'node:module';
import promised from 'node:timers/promises';
import { afterEach, beforeEach, vi } from 'vitest';

/** Ms between two looks at what is waited for. */
const LOOK = 50;

/**
 * In each test of the file, or of the `describe` that calls it, time passes only when the test lets it: also for
 * `AbortSignal.timeout` and `node:timers/promises`, which vitest leaves as they are. What modules have taken from there
 * when they were loaded follows after a sync.
 */
export function useFakeTime(): void {
  const { setTimeout: real } = promised;
  const take = (sleep: typeof real) => {
    promised.setTimeout = sleep;
    syncBuiltinESMExports();
  };
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(fakeTimeout);
    take(fakeSleep as typeof real);
  });
  afterEach(() => {
    vi.useRealTimers();
    take(real);
  });
}

/**
 * Time passes by itself, as fast as it can: what waits goes on as soon as nothing else is to be done. Not for tests in which
 * files or sockets are waited for: meanwhile hours may pass.
 */
export function useFastTime(): void {
  useFakeTime();
  beforeEach(hurry);
}

/** From here on time passes so. */
export const hurry = (): void => void vi.setTimerTickMode('nextTimerAsync');

/** Like that of `node:timers/promises`, by the clock of the tests. */
function fakeSleep(
  milliseconds?: number,
  value?: unknown,
  { signal }: { signal?: AbortSignal } = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(new DOMException('The operation was aborted', { name: 'AbortError', cause: signal?.reason }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

function fakeTimeout(milliseconds: number): AbortSignal {
  const over = new AbortController();
  setTimeout(() => over.abort(new DOMException('The time is over', 'TimeoutError')), milliseconds);
  return over.signal;
}

/** Lets so many ms pass. */
export const pass = async (milliseconds: number): Promise<void> =>
  void (await vi.advanceTimersByTimeAsync(milliseconds));

/** Lets time pass until `expected` throws no more, so many ms at most. */
export async function passUntil(expected: () => unknown, milliseconds: number): Promise<void> {
  for (let left = milliseconds; ; left -= LOOK) {
    try {
      return void (await expected());
    } catch (error) {
      if (left <= 0) throw error;
    }
    await pass(LOOK);
  }
}
