import { hasRun } from '../agent/observe.js';
import { removeTask } from '../agent/stop.js';
import type { NeverStarted, StartOutcome } from '../agent/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { foldAndSave } from './fold.js';
import { carryOutStop } from './settle.js';
import { requestStop } from './task-life.js';
import type { EngineContext } from './context.js';
import type { TaskRecord } from './records.js';

/**
 * Stops a task whose start broke off after some of its containers had run: they are stopped in their order, and stay on
 * the host with their logs as those of any stopped task. Throws HostError.
 */
export async function stopBrokenOff(
  ctx: EngineContext,
  host: DockerHost,
  task: TaskRecord,
  { why, never, containers }: Extract<StartOutcome, { kind: 'broken-off' }>,
  also: (record: TaskRecord) => TaskRecord,
): Promise<TaskRecord> {
  let isLiving = false;
  const stopping = await foldAndSave(ctx, host, task, containers.filter(hasRun), (record) => {
    isLiving = true;
    const left = withNever(also(record), never);
    // What has ended, or is no longer wanted, says so itself.
    if (typeof why === 'string') return left;
    return requestStop(left, { code: 'TaskFailedToStart', reason: why.reason }, ctx.clock());
  });
  // Who stopped it was done before its containers were there.
  if (!isLiving) await removeTask(host, task.id);
  if (!isLiving || stopping === undefined) return stopping ?? task;
  return carryOutStop(ctx, host, stopping);
}

/** ECS's agent marks containers as stopped that it could not start for want of what they depend on. */
export function withNever(record: TaskRecord, never: readonly NeverStarted[]): TaskRecord {
  const containers = record.containers.map((container) => {
    const left = never.find((one) => one.container === container.name);
    if (left === undefined) return container;
    const { reason, exitCode } = left;
    return {
      ...container,
      lastStatus: 'STOPPED' as const,
      reason,
      ...(exitCode !== undefined && { exitCode }),
    };
  });
  return { ...record, containers };
}
