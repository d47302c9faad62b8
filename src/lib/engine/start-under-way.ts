import { nextStep, type Awaited, type Progress } from '../agent/start-conditions.js';
import type { ContainerRecord, TaskRecord } from './records.js';

/**
 * Whether the start of a task that nobody here works on may be under way elsewhere, by what its host shows now: a
 * container waits for a condition (a migration may take hours), or might have been started a moment ago. Pure.
 */
export function mayBeUnderWay(task: TaskRecord, now: number, patience: number): boolean {
  const { containers, createdAt } = task;
  const changes = containers.flatMap(({ startedAt, finishedAt }) => [startedAt ?? 0, finishedAt ?? 0]);
  return conditionsAwaited(task).size > 0 || now - Math.max(createdAt, ...changes) <= patience;
}

/** What each container that has not started waits for, by the container's name; without those that wait for nothing. Pure. */
export function conditionsAwaited({ containers }: Pick<TaskRecord, 'containers'>): Map<string, Awaited[]> {
  const definitions = new Map(containers.map((one) => [one.name, one]));
  const progress = new Map(containers.map((one) => [one.name, progressOf(one)]));
  const waiting = containers.filter(({ lastStatus }) => lastStatus === 'PENDING');
  return new Map(
    waiting.flatMap((one) => {
      // No start is known here, so no startTimeout is over, whatever the time.
      const step = nextStep(one, definitions, progress, 0);
      return step.kind === 'wait' ? [[one.name, step.for]] : [];
    }),
  );
}

const states = { PENDING: 'waiting', RUNNING: 'up', STOPPED: 'ended' } as const;
const verdicts = { HEALTHY: 'healthy', UNHEALTHY: 'unhealthy', UNKNOWN: 'starting' } as const;

function progressOf({ lastStatus, exitCode, healthStatus = 'UNKNOWN' }: ContainerRecord): Progress {
  return { state: states[lastStatus], exitCode, health: verdicts[healthStatus] };
}
