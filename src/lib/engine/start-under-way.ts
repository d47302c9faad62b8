import { nextStep, type Progress } from '../agent/start-conditions.js';
import type { ContainerRecord, TaskRecord } from './records.js';

/**
 * Whether the start of a task that nobody here works on may be under way elsewhere, by what its host shows now: a
 * container waits for a condition (a migration may take hours), or might have been started a moment ago. Pure.
 */
export function mayBeUnderWay({ containers, createdAt }: TaskRecord, now: number, patience: number): boolean {
  const definitions = new Map(containers.map((one) => [one.name, one]));
  const progress = new Map(containers.map((one) => [one.name, progressOf(one)]));
  const waits = containers
    .filter(({ lastStatus }) => lastStatus === 'PENDING')
    .some((one) => nextStep(one, definitions, progress, now).kind === 'wait');
  const changes = containers.flatMap(({ startedAt, finishedAt }) => [startedAt ?? 0, finishedAt ?? 0]);
  return waits || now - Math.max(createdAt, ...changes) <= patience;
}

const states = { PENDING: 'waiting', RUNNING: 'up', STOPPED: 'ended' } as const;
const verdicts = { HEALTHY: 'healthy', UNHEALTHY: 'unhealthy', UNKNOWN: 'starting' } as const;

function progressOf({ lastStatus, exitCode, healthStatus = 'UNKNOWN' }: ContainerRecord): Progress {
  return { state: states[lastStatus], exitCode, health: verdicts[healthStatus] };
}
