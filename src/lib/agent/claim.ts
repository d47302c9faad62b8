import type { DockerHost } from '../hosts/docker-host.js';
import { foreignUsage, judge, type Shortage } from './claims.js';
import { viewHost } from './host-view.js';
import { timerSleep, type Sleep } from './timer-sleep.js';
import type { Capacity, ForeignUsage } from './types.js';

export interface ClaimOptions {
  capacity: Capacity;
  clock: () => number;
  /** 0 ≤ x < 1 */
  random: () => number;
  /** Waits so many milliseconds; the timer's own by default. */
  sleep?: Sleep;
  signal?: AbortSignal;
  /** Tasks that the caller knows of: they are not reported as foreign. */
  isOwn?: (taskId: string) => boolean;
}

export type ClaimOutcome =
  | { kind: 'granted' }
  | { kind: 'withdraw'; shortage: Shortage; foreign: ForeignUsage }
  /** The task's containers were removed meanwhile: by a verb that settled it. */
  | { kind: 'vanished' };

/** Milliseconds that a claim waits for doomed others before it goes itself: their clients are dead, or very slow. */
const patience = 10_000;

/**
 * Asks the host whether a task whose containers are created may start: see judge in claims.ts. Throws HostError, or the
 * signal's reason. Undoing a withdrawn claim is the caller's.
 */
export async function settleClaim(
  host: DockerHost,
  taskId: string,
  options: ClaimOptions,
): Promise<ClaimOutcome> {
  const { capacity, clock, random, signal, sleep = timerSleep, isOwn = () => false } = options;
  const begun = clock();
  let rivals: ReadonlySet<string> | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const view = await viewHost(host);
    rivals ??= new Set(view.claims.map((claim) => claim.taskId));
    const verdict = judge(view, taskId, capacity, rivals);
    if (verdict.kind === 'vanished' || verdict.kind === 'granted') return verdict;
    if (verdict.kind === 'withdraw' || clock() - begun > patience) {
      const others = (id: string) => id === taskId || isOwn(id);
      return { kind: 'withdraw', shortage: verdict.shortage, foreign: foreignUsage(view, capacity, others) };
    }
    await sleep(100 + random() * 200, signal);
  }
}
