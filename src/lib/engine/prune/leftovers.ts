import { isHolder } from '../../agent/names.js';
import type { ObservedContainer } from '../../agent/types.js';
import type { TaskRecord } from '../records.js';

/** Ms that containers which were created and not started, and volumes, may still belong to a start that is under way. */
export const STARTING = 10 * 60_000;
/** Ms after which a start that was undone is over for good: a dead client's last request may have come late. */
const UNDONE = 60_000;

export interface LeftoverRules {
  /** Epoch milliseconds. */
  now: number;
  /** Ms that the containers of a stopped task stay; -Infinity: whenever it stopped. */
  wait: number;
}

/**
 * Whether nothing needs a task's containers on a host any more: it has stopped, and longer ago than they are kept; or it
 * never started and nobody is starting it. Containers that run are never left over: what runs and should not is
 * reconcile's to end. Pure; `live` and `past` are what the records say of the task, if anything.
 */
export function isLeftOver(
  containers: readonly ObservedContainer[],
  live: TaskRecord | undefined,
  past: TaskRecord | undefined,
  { now, wait }: LeftoverRules,
): boolean {
  const runs = (container: ObservedContainer) => !ENDED.includes(container.state) && !isHolder(container);
  if (live !== undefined || containers.some(runs)) return false;
  if (past?.stopCode === 'TaskFailedToStart') return now - (past.stoppedAt ?? now) >= Math.min(wait, UNDONE);
  // Another state may just be starting it: all containers of a task are created before the first one starts.
  const beingStarted = ({ state, createdAt }: ObservedContainer) =>
    state === 'created' && now - (createdAt ?? now) < STARTING;
  if (past === undefined && containers.some(beingStarted)) return false;
  return now - endOf(containers, past) >= wait;
}

const ENDED: readonly ObservedContainer['state'][] = ['created', 'exited', 'dead'];

/** Epoch milliseconds: of a task that nobody watched any more, as the engine says; Infinity where it doesn't. */
export function endOf(containers: readonly ObservedContainer[], past: TaskRecord | undefined): number {
  if (past?.stoppedAt !== undefined && !past.orphaned) return past.stoppedAt;
  return Math.max(...containers.map(({ finishedAt, createdAt }) => finishedAt ?? createdAt ?? Infinity));
}
