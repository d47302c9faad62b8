import { setTimeout as sleep } from 'node:timers/promises';

/** Returns after so many milliseconds, or when aborted. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

/** Waits for the work, or so many milliseconds. Throws as the work does, if that comes first. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, pause(milliseconds, done.signal)]).finally(() => done.abort());
}
