import pLimit from 'p-limit';
import type { TaskDefinition } from '../api/types.js';
import { isHolder } from '../agent/names.js';
import { hasRun } from '../agent/observe.js';
import { removeContainers, removeTask, stopTask as stopContainers } from '../agent/stop.js';
import { removeVolumesMadeBy } from '../agent/volumes.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { unlessAborted } from '../unless-aborted.js';
import { indexes, keys } from './keys.js';
import { ownerWatch } from './owner.js';
import { foldAndSave } from './fold.js';
import { observeTask, reach } from './sight.js';
import { mayBeUnderWay } from './start-under-way.js';
import { ESSENTIAL_EXITED, foldTask, markStopped, requestStop, STARTER_GONE } from './task-life.js';
import { updateTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord } from './records.js';

/** Tasks of one host that are settled at once. */
const AT_ONCE = 8;
/** Ms after which a task that nobody starts any more, and that never got all of its containers, is given up. */
const FORSAKEN = 10 * 60_000;

export interface SettleOptions {
  /** Also hosts that didn't answer when last asked. They cost a time limit each. */
  alsoAway?: boolean;
  /**
   * Goes on with starts that had been answered for (RunTask of a server that is gone): for who keeps a cluster. Others leave
   * them for a while, since the server may only be starting anew.
   */
  resume?: (task: TaskRecord) => Promise<void> | void;
}

/**
 * Finishes or undoes what processes that are gone left under way in a cluster, and stops the rest of tasks whose
 * essential container has ended: stops are finished; a start that had not got as far as running is undone, since
 * nobody waits for it. A host that doesn't answer keeps its tasks as they are, for a later settling verb; it is
 * warned of and doesn't fail the verb, which may have nothing to do with it. Throws the signal's reason when aborted:
 * nothing more is begun then, and stops that were sent to a host end by themselves.
 */
export async function settle(
  ctx: EngineContext,
  cluster: string,
  options: SettleOptions = {},
): Promise<void> {
  const left = await leftOver(ctx, cluster);
  const byInstance = new Map<string, TaskRecord[]>();
  for (const task of left) byInstance.set(task.instance, [...(byInstance.get(task.instance) ?? []), task]);
  const quiet: EngineContext = {
    ...ctx,
    emit: (event) =>
      ctx.emit(
        event.type === 'host-failed' && !options.alsoAway
          ? {
              type: 'warning',
              message: `${event.error.message}: what was left under way there stays for later`,
            }
          : event,
      ),
  };
  const all = [...byInstance].map(([id, tasks]) => settleInstance(quiet, cluster, id, tasks, options));
  await unlessAborted(ctx.signal, Promise.all(all));
}

/** What no living process works on. A task of another state's that is being started is left alone. */
async function leftOver(ctx: EngineContext, cluster: string): Promise<TaskRecord[]> {
  const entries = await ctx.store.list<TaskRecord>({ index: indexes.unsettled(cluster) });
  const isGone = ownerWatch(ctx);
  const left: TaskRecord[] = [];
  for (const { value: task } of entries) {
    const forsaken = task.lastStatus !== 'PENDING' || ctx.clock() - task.createdAt > FORSAKEN;
    if (task.owner === undefined ? forsaken : ctx.abandoned.has(task.id) || (await isGone(task.owner)))
      left.push(task);
  }
  return left;
}

async function settleInstance(
  ctx: EngineContext,
  cluster: string,
  id: string,
  tasks: TaskRecord[],
  { alsoAway = false, resume }: SettleOptions,
): Promise<void> {
  const instance = (await ctx.store.get<InstanceRecord>(keys.instance(cluster, id)))?.value;
  if (instance === undefined) {
    for (const task of tasks) await endWithoutHost(ctx, task);
    return;
  }
  if (!instance.connected && !alsoAway) return;
  const host = await reach(ctx, instance);
  if (host === undefined) return;
  const limit = pLimit(AT_ONCE);
  try {
    await Promise.all(
      tasks.map((task) =>
        limit(async () => {
          await settleTask(ctx, host, task, resume);
          ctx.abandoned.delete(task.id);
        }),
      ),
    );
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: instance.name, error });
  }
}

/** Finishes or undoes what a process that is gone left under way of one task. Throws HostError. */
export async function settleTask(
  ctx: EngineContext,
  host: DockerHost,
  task: TaskRecord,
  resume?: SettleOptions['resume'],
): Promise<void> {
  ctx.signal.throwIfAborted();
  if (task.desiredStatus === 'STOPPED') {
    await carryOutStop(ctx, host, task);
    ctx.emit({ type: 'settled', taskId: task.id, what: 'stop finished' });
    return;
  }
  const seen = await observeTask(host, task);
  const outcome = foldTask(task, seen, ctx.clock());
  if (outcome.containers.every((c) => c.lastStatus !== 'PENDING')) {
    await updateTask(ctx, task.cluster, task.id, (r) =>
      r.owner === task.owner ? { ...r, owner: undefined } : r,
    );
    await foldAndSave(ctx, host, { ...task, owner: undefined }, seen);
    ctx.emit({ type: 'settled', taskId: task.id, what: 'start had succeeded' });
    return;
  }
  if (task.owner === undefined && mayBeUnderWay(outcome, ctx.clock(), FORSAKEN)) return;
  if (task.answered) {
    if (resume !== undefined) return resume(task);
    if (ctx.clock() - task.createdAt <= FORSAKEN) return;
  }
  await undoStart(ctx, host, task, STARTER_GONE);
  ctx.emit({ type: 'settled', taskId: task.id, what: 'start undone' });
}

/** What has run while others waited for it is stopped and stays, with its log; the rest is removed. Throws HostError. */
export async function undoStart(
  ctx: EngineContext,
  host: DockerHost,
  task: TaskRecord,
  reason: string,
): Promise<TaskRecord> {
  const cause = { code: 'TaskFailedToStart' as const, reason };
  const ran = (await observeTask(host, task)).filter(hasRun);
  if (!ran.every(isHolder)) {
    const stopping = await foldAndSave(ctx, host, task, ran, (r) => requestStop(r, cause, ctx.clock()));
    return carryOutStop(ctx, host, stopping ?? task);
  }
  await removeTask(host, task.id);
  await removeVolumesMadeBy(host, task.id);
  const ended = await updateTask(ctx, task.cluster, task.id, (r) => markStopped(r, cause, ctx.clock()));
  return ended ?? task;
}

/** Stops what runs of a task that is to stop, removes what never ran, and records how it ended. */
export async function carryOutStop(
  ctx: EngineContext,
  host: DockerHost,
  task: TaskRecord,
): Promise<TaskRecord> {
  ctx.emit({ type: 'task-state', taskId: task.id, host: host.name, lastStatus: 'STOPPING' });
  const seen = await observeTask(host, task);
  const created = seen.filter((c) => !hasRun(c));
  await removeContainers(
    host,
    created.map((c) => c.id),
  );
  const ended = await stopContainers(host, seen.filter(hasRun), stopOrder(ctx, task));
  await foldAndSave(ctx, host, task, ended);
  return finish(ctx, task);
}

/** What stopping a task's containers goes by: who needs whom, and the time that each has. */
export function stopOrder(ctx: Pick<EngineContext, 'settings'>, task: TaskRecord): TaskDefinition {
  return {
    containerDefinitions: task.containers.map(
      ({ name, links, volumesFrom, dependsOn, restartPolicy, stopTimeout }) => ({
        name,
        links,
        volumesFrom,
        dependsOn,
        restartPolicy: restartPolicy ?? (task.kept && { enabled: true }),
        stopTimeout: stopTimeout ?? ctx.settings.stopTimeout,
      }),
    ),
  };
}

/** Whatever has not ended by now never ran. */
async function finish(ctx: EngineContext, task: TaskRecord): Promise<TaskRecord> {
  const ended = await updateTask(ctx, task.cluster, task.id, (r) =>
    markStopped(r, ESSENTIAL_EXITED, ctx.clock()),
  );
  return ended ?? task;
}

/** The host has left the cluster: nothing can be known of the task's end any more. */
export async function endWithoutHost(ctx: EngineContext, task: TaskRecord): Promise<void> {
  await updateTask(ctx, task.cluster, task.id, (r) =>
    markStopped(
      r,
      { code: 'UserInitiated', reason: 'Container instance deregistration forced by user' },
      ctx.clock(),
    ),
  );
}
