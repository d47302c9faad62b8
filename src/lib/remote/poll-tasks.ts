import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationInput, OperationOutput } from '../api/operations.js';

/** Ms; a longer timer of Node.js ends at once. */
const LONGEST = 2 ** 31 - 1;

export interface Polling {
  describe(input: OperationInput<'DescribeTasks'>): Promise<OperationOutput<'DescribeTasks'>>;
  /** Milliseconds between two looks. */
  interval: number;
  signal: AbortSignal;
}

/**
 * WaitTasks by ECS's own means, as its waiters do it: looks at the tasks again and again until all have stopped or run,
 * or, where they are to run, one never will. When the time is up or the wait is aborted it answers with them as they were.
 */
export async function pollTasks(
  { cluster, tasks, until = 'STOPPED', timeout = Infinity }: OperationInput<'WaitTasks'>,
  { describe, interval, signal }: Polling,
): Promise<OperationOutput<'WaitTasks'>> {
  const time = AbortSignal.timeout(Math.min(timeout * 1000, LONGEST));
  const over = AbortSignal.any([signal, time]);
  for (;;) {
    const seen = await describe({ ...(cluster !== undefined && { cluster }), tasks });
    if (over.aborted || isDecided(seen, until)) return { tasks: seen.tasks, failures: seen.failures };
    await sleep(interval, undefined, { signal: over }).catch(() => undefined);
    if (signal.aborted) return { tasks: seen.tasks, failures: seen.failures };
  }
}

function isDecided(
  { tasks = [], failures = [] }: OperationOutput<'DescribeTasks'>,
  until: 'RUNNING' | 'STOPPED',
): boolean {
  if (tasks.every(({ lastStatus }) => lastStatus === until) && (until === 'STOPPED' || failures.length === 0))
    return true;
  return until === 'RUNNING' && (failures.length > 0 || tasks.some((task) => task.lastStatus === 'STOPPED'));
}
