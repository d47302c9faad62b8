import type { NetworkBinding, TaskStopCode } from '../api/types.js';
import { bindingsOf, withRanges } from '../agent/bindings.js';
import { holderName } from '../agent/names.js';
import type { ObservedContainer } from '../agent/types.js';
import type { ContainerRecord, HolderRecord, TaskRecord } from './records.js';

/**
 * The life cycle of a task, pure: a record and what its host shows in, the next record out.
 * States and reasons are ECS's (developer guide, "Task lifecycle" and "Stopped tasks error codes"): a bridge or host
 * task goes PENDING → RUNNING → STOPPING → STOPPED; desiredStatus is only ever RUNNING or STOPPED.
 */

export interface StopCause {
  code: TaskStopCode;
  reason: string;
}

/** Why a task stopped that the user interrupted while it started. */
export const INTERRUPTED = 'Task failed to start: interrupted';
/** Why a task stopped whose starter died. */
export const STARTER_GONE = 'Task failed to start: the command that started it ended before it ran';

export const ESSENTIAL_EXITED: StopCause = {
  code: 'EssentialContainerExited',
  reason: 'Essential container in task exited',
};

/** ECS counts it as an essential container. Its joiners run on without a network or secrets, and nothing gives those back. */
const HOLDER_EXITED: StopCause = {
  code: 'EssentialContainerExited',
  reason: `Essential container in task exited: ${holderName}, which holds what the task's containers share`,
};

/** What the host shows of the task is folded in. (`version` rises where a changed record is saved.) */
export function foldTask(
  record: TaskRecord,
  observed: readonly ObservedContainer[],
  now: number,
): TaskRecord {
  if (record.lastStatus === 'STOPPED') return record;
  const byName = new Map(observed.map((o) => [o.containerName, o]));
  const containers = record.containers.map((c) =>
    foldContainer(c, byName.get(c.name), bindingsOf(record, c.name), now),
  );
  const holder = foldHolder(record.holder, byName.get(holderName));
  return judge({ ...record, containers, ...(holder && { holder }) }, now);
}

/** The task is to stop, for this cause; the first cause stays. */
export function requestStop(record: TaskRecord, cause: StopCause, now: number): TaskRecord {
  if (record.lastStatus === 'STOPPED') return record;
  return {
    ...record,
    desiredStatus: 'STOPPED',
    lastStatus: 'STOPPING',
    stoppingAt: record.stoppingAt ?? now,
    stopCode: record.stopCode ?? cause.code,
    stoppedReason: record.stoppedReason ?? cause.reason,
  };
}

/** The task has ended: none of its containers runs, whatever the record thought. */
export function markStopped(record: TaskRecord, cause: StopCause, now: number): TaskRecord {
  const stopping = requestStop(record, cause, now);
  const containers = stopping.containers.map((c): ContainerRecord => ({ ...c, lastStatus: 'STOPPED' }));
  return stopped({ ...stopping, containers }, now);
}

function foldContainer(
  known: ContainerRecord,
  seen: ObservedContainer | undefined,
  planned: readonly NetworkBinding[],
  now: number,
): ContainerRecord {
  if (seen === undefined) return vanished(known, now);
  const lastStatus = statusOf(seen);
  const shown = withRanges(seen.networkBindings, planned);
  const networkBindings = shown.length > 0 ? [...shown] : known.networkBindings;
  // Nothing of it is of interest before it runs: it may be removed and made anew.
  if (lastStatus === 'PENDING') return { ...known, lastStatus, networkBindings };
  const next: ContainerRecord = {
    ...(lastStatus === 'RUNNING' ? withoutEnd(known) : known),
    runtimeId: seen.id,
    networkBindings,
    lastStatus,
  };
  if (seen.imageDigest !== undefined) next.imageDigest = seen.imageDigest;
  if (seen.startedAt !== undefined) next.startedAt = seen.startedAt;
  // An engine calls each container unhealthy that has ended.
  if (seen.health !== undefined && lastStatus === 'RUNNING') next.healthStatus = healthNames[seen.health];
  foldRestarts(next, known, seen);
  if (next.lastStatus !== 'STOPPED') return next;
  if (seen.finishedAt !== undefined) next.finishedAt = seen.finishedAt;
  if (seen.exitCode !== undefined && !seen.exitCodeUnknown) next.exitCode = seen.exitCode;
  if (seen.oomKilled) next.oomKilled = true;
  const reason = endReason(seen) ?? checkReason(known, seen);
  if (reason !== undefined) next.reason = reason;
  return next;
}

/** An engine that starts counts anew. A look that is older than what is known says nothing of the count. */
function foldRestarts(next: ContainerRecord, known: ContainerRecord, seen: ObservedContainer): void {
  const before = known.restartCount ?? 0;
  if (seen.restartCount === before || (seen.startedAt ?? 0) < (known.startedAt ?? 0)) return;
  next.restartCount = seen.restartCount;
  if (seen.restartCount < before) delete next.restartsTold;
  if (seen.lastExitCode === undefined) delete next.lastExitCode;
  else next.lastExitCode = seen.lastExitCode;
}

/** One with a restart policy may run again. */
function withoutEnd({
  finishedAt: _at,
  exitCode: _code,
  oomKilled: _oom,
  reason: _why,
  ...rest
}: ContainerRecord): ContainerRecord {
  return rest;
}

/** It has no logs, no health and no end that anybody asks for: only whether it runs, and its address. */
function foldHolder(
  known: HolderRecord | undefined,
  seen: ObservedContainer | undefined,
): HolderRecord | undefined {
  if (seen === undefined) return known && { ...known, lastStatus: 'STOPPED' };
  const { id: runtimeId, startedAt = known?.startedAt, ipAddress, macAddress } = seen;
  return {
    ...known,
    runtimeId,
    lastStatus: statusOf(seen),
    ...(startedAt !== undefined && { startedAt }),
    ...(ipAddress !== undefined && { ipAddress }),
    ...(macAddress !== undefined && { macAddress }),
  };
}

/** A container whose first checks are still to come is UNKNOWN in ECS. */
const healthNames = { starting: 'UNKNOWN', healthy: 'HEALTHY', unhealthy: 'UNHEALTHY' } as const;

const statusOf = (seen: ObservedContainer): ContainerRecord['lastStatus'] =>
  seen.state === 'created'
    ? 'PENDING'
    : ['exited', 'dead', 'removing'].includes(seen.state)
      ? 'STOPPED'
      : 'RUNNING';

/** The agent's own error names prefix a container's reason (ecs-agent, engine/errors.go). */
function endReason(seen: ObservedContainer): string | undefined {
  if (seen.oomKilled) return 'OutOfMemoryError: Container killed due to memory usage';
  if (seen.exitCodeUnknown) return 'exit code unknown';
  if (seen.error !== undefined && seen.error !== '') return `DockerStateError: ${seen.error}`;
  return undefined;
}

/** Ours: ECS leaves it to who was there to find out why a check failed. */
const checkReason = (
  { healthStatus }: ContainerRecord,
  { failedCheck }: ObservedContainer,
): string | undefined =>
  healthStatus === 'UNHEALTHY' && failedCheck !== undefined
    ? `Health check failed: ${failedCheck}`
    : undefined;

/** A container that ran and is gone has ended; one that never ran is still to come. */
function vanished(known: ContainerRecord, now: number): ContainerRecord {
  if (known.runtimeId === undefined || known.lastStatus === 'STOPPED') return known;
  return {
    ...known,
    lastStatus: 'STOPPED',
    reason: 'ContainerVanishedError: the container was removed by someone else',
    finishedAt: now,
  };
}

/** Task state from container states. */
function judge(task: TaskRecord, now: number): TaskRecord {
  const { containers } = task;
  if (containers.every((c) => c.lastStatus === 'STOPPED'))
    return stopped(requestStop(task, ESSENTIAL_EXITED, now), now);
  if (containers.some((c) => c.essential && c.lastStatus === 'STOPPED')) {
    return requestStop(task, ESSENTIAL_EXITED, now);
  }
  if (task.holder?.lastStatus === 'STOPPED') return requestStop(task, HOLDER_EXITED, now);
  const started = containers.every((c) => c.lastStatus !== 'PENDING');
  if (started && task.desiredStatus === 'RUNNING' && task.lastStatus !== 'RUNNING') {
    return {
      ...task,
      lastStatus: 'RUNNING',
      startedAt: task.startedAt ?? latest(containers.map((c) => c.startedAt)) ?? now,
    };
  }
  return task;
}

function stopped(task: TaskRecord, now: number): TaskRecord {
  const end = latest(task.containers.map((c) => c.finishedAt)) ?? now;
  // It ran if all of its containers did, though nobody looked.
  const ran = task.containers.every((c) => c.startedAt !== undefined);
  const startedAt = task.startedAt ?? (ran ? latest(task.containers.map((c) => c.startedAt)) : undefined);
  return {
    ...task,
    desiredStatus: 'STOPPED',
    lastStatus: 'STOPPED',
    ...(startedAt === undefined ? {} : { startedAt }),
    stoppingAt: Math.min(task.stoppingAt ?? end, end),
    executionStoppedAt: end,
    stoppedAt: end,
    owner: undefined,
  };
}

const latest = (times: (number | undefined)[]): number | undefined => {
  const known = times.filter((t) => t !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};
