import type { StartTimes } from '../agent/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { keys } from './keys.js';
import { messageOf } from './message-of.js';
import { letGo } from './owner.js';
import { undoStart } from './settle.js';
import { INTERRUPTED, markStopped, requestStop } from './task-life.js';
import { readTask, updateTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord } from './records.js';

/** The task has stopped before it ran, maybe for one of its containers; nothing of it is on a host. */
export async function failedToStart(
  ctx: EngineContext,
  task: TaskRecord,
  reason: string,
  { container, times }: { container?: string | undefined; times?: StartTimes } = {},
): Promise<TaskRecord> {
  const ended = await updateTask(ctx, task.cluster, task.id, (r) => {
    const containers = r.containers.map((c) => (c.name === container ? { ...c, reason } : c));
    return markStopped({ ...r, ...times, containers }, { code: 'TaskFailedToStart', reason }, ctx.clock());
  });
  const instance = await ctx.store.get<InstanceRecord>(keys.instance(task.cluster, task.instance));
  const host = instance?.value.name ?? task.instance;
  ctx.emit({ type: 'task-state', taskId: task.id, host, lastStatus: 'STOPPED', reason });
  return ended ?? task;
}

/** The host was lost half-way: what it holds is unknown, so the task is to stop, and a settling verb sees to it. */
export async function lostHalfway(ctx: EngineContext, task: TaskRecord, reason: string): Promise<TaskRecord> {
  const cause = { code: 'TaskFailedToStart' as const, reason };
  const after = await updateTask(ctx, task.cluster, task.id, (r) => ({
    ...requestStop(r, cause, ctx.clock()),
    owner: undefined,
  }));
  return after ?? task;
}

/** What was interrupted, or ran into a fault, is undone; where that can't be made sure of, a settling verb will. */
export async function undo(
  ctx: EngineContext,
  host: DockerHost,
  task: TaskRecord,
  error: unknown,
): Promise<{ done: TaskRecord; fault?: unknown }> {
  const outcome = ctx.signal.aborted
    ? { reason: INTERRUPTED }
    : { reason: `Task failed to start: ${messageOf(error)}`, fault: error };
  const { reason, ...fault } = outcome;
  try {
    const current = await readTask(ctx, task.cluster, task.id);
    // It runs, or has ended: that was written down already.
    if (current !== undefined && current.owner === undefined) return { done: current, ...fault };
    // Whoever takes over starts it.
    if (ctx.signal.aborted && task.answered) return { done: current ?? task };
    const ended = await undoStart(ctx, host, task, reason);
    ctx.emit({ type: 'task-state', taskId: task.id, host: host.name, lastStatus: 'STOPPED', reason });
    return { done: ended, ...fault };
  } catch (second) {
    if (!(second instanceof HostError)) {
      await letGo(ctx, task).catch(() => undefined);
      return { done: task, fault: error };
    }
    return { done: await lostHalfway(ctx, task, reason), ...fault };
  }
}
