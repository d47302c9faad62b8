import { setTimeout as timer } from 'node:timers/promises';

/** Waits so many milliseconds; tests have a time of their own. Throws the signal's reason, in an AbortError. */
export type Sleep = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

export const timerSleep: Sleep = (milliseconds, signal) => timer(milliseconds, undefined, { signal });
