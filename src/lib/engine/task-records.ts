import type { EndedTask } from '../services/types.js';
import { transact, type Draft } from '../store/transact.js';
import type { Entry } from '../store/store.js';
import { releaseAddress } from './addresses.js';
import { endReason } from './end-reason.js';
import { keys, putCleanup, putTask, serviceOf } from './keys.js';
import { INTERRUPTED, STARTER_GONE } from './task-life.js';
import type { EngineContext } from './context.js';
import type { TaskRecord, UsageRecord } from './records.js';

/** The task's record, living or in the history. */
export async function readTask(
  ctx: Pick<EngineContext, 'store'>,
  cluster: string,
  id: string,
): Promise<TaskRecord | undefined> {
  return (await readTasks(ctx, cluster, [id]))[0];
}

/** As readTask, in the order of `ids`. */
export async function readTasks(
  ctx: Pick<EngineContext, 'store'>,
  cluster: string,
  ids: readonly string[],
): Promise<(TaskRecord | undefined)[]> {
  const [live, past] = [ids.map((id) => keys.task(cluster, id)), ids.map((id) => keys.stopped(cluster, id))];
  const entries = await ctx.store.getMany<TaskRecord>([...live, ...past]);
  return ids.map((_, i) => (entries[i] ?? entries[ids.length + i])?.value);
}

/**
 * Changes a living task's record by a pure function, again where another process was faster. A task that has
 * stopped, or that isn't there, stays as it is. Returns the record as it stands afterwards.
 */
export async function updateTask(
  ctx: Pick<EngineContext, 'store' | 'random'>,
  cluster: string,
  id: string,
  change: (record: TaskRecord) => TaskRecord,
): Promise<TaskRecord | undefined> {
  return transact(ctx.store, ctx, async (draft) => {
    const record = await draft.get<TaskRecord>(keys.task(cluster, id));
    if (record === undefined) return (await ctx.store.get<TaskRecord>(keys.stopped(cluster, id)))?.value;
    return saveTask(draft, record, change(record));
  });
}

/** Drafts the next record of a task; a stopped one moves to the history and gives its claim back. */
export async function saveTask(draft: Draft, before: TaskRecord, after: TaskRecord): Promise<TaskRecord> {
  if (JSON.stringify(before) === JSON.stringify(after)) return before;
  const next = { ...after, version: before.version + 1 };
  const { cluster, id, instance } = next;
  draft.put(putTask(next));
  if (next.lastStatus !== 'STOPPED') return next;
  const at = next.stoppedAt ?? 0;
  draft.delete(keys.task(cluster, id));
  draft.put({ key: keys.history(cluster, at, id), value: id });
  draft.put(
    putCleanup(keys.cleanup(cluster, instance, at, id), {
      id,
      neverRan: neverRan(next),
      ...(isHeld(next) && { held: true, ...(next.address !== undefined && { address: next.address }) }),
    }),
  );
  noteEnd(draft, next);
  await releaseClaim(draft, next);
  // What still holds the address gives it back when it has ended.
  if (!isHeld(next)) await releaseAddress(draft, next);
  return next;
}

/** Of a service's task that has stopped, for who plans what comes after it. */
function noteEnd(
  draft: Draft,
  { cluster, id, instance, startedBy, createdAt, startedAt, stoppedAt, ...task }: TaskRecord,
): void {
  const service = serviceOf(task);
  if (service === undefined || startedBy === undefined || task.adopted) return;
  const value: EndedTask = {
    id,
    deployment: startedBy,
    instance,
    createdAt,
    ...(startedAt !== undefined && { startedAt }),
    stoppedAt: stoppedAt ?? 0,
    cause: causeOf(task),
    reason: endReason(task),
  };
  draft.put({ key: keys.endedTask(cluster, service, id), value });
}

/** Faults of the host, of the state, of whoever started it are worded by us; the container's own by its agent. */
function causeOf({
  stopCode,
  stoppedReason = '',
}: Pick<TaskRecord, 'stopCode' | 'stoppedReason'>): EndedTask['cause'] {
  if (stopCode === 'EssentialContainerExited') return 'itself';
  if (stopCode !== 'TaskFailedToStart') return 'asked';
  if (stoppedReason === INTERRUPTED || stoppedReason === STARTER_GONE) return 'asked';
  // The last of many hosts did not answer, or has no room on its disk.
  if (stoppedReason.startsWith('AGENT: ')) return 'start';
  return stoppedReason.startsWith('Task failed to start: ') ? 'start' : 'itself';
}

/** A start that was undone, not one that broke off when some containers had run (dependsOn). */
const neverRan = ({ stopCode, containers }: TaskRecord) =>
  stopCode === 'TaskFailedToStart' && containers.every(({ startedAt }) => startedAt === undefined);

/** Whether what holds the task's namespaces may still run. */
const isHeld = ({ holder }: TaskRecord): boolean => holder !== undefined && holder.lastStatus !== 'STOPPED';

/** Takes the task's claim off its instance. What it has written to shared volumes stays there. */
async function releaseClaim(
  draft: Draft,
  task: Pick<TaskRecord, 'cluster' | 'instance' | 'id' | 'containers'>,
): Promise<void> {
  const key = keys.usage(task.cluster, task.instance);
  const usage = await draft.get<UsageRecord>(key);
  const claim = usage?.claims[task.id];
  if (usage === undefined || claim === undefined) return;
  const { [task.id]: _gone, ...claims } = usage.claims;
  const hasRun = task.containers.some(({ startedAt }) => startedAt !== undefined);
  const written = hasRun ? (claim.volumes ?? []) : [];
  const volumes =
    written.length > 0 ? [...new Set([...(usage.volumes ?? []), ...written])].sort() : usage.volumes;
  draft.put({ key, value: { ...usage, claims, volumes } });
}

/** Cuts the history of a cluster down to what the settings keep. */
export async function pruneHistory(ctx: EngineContext, cluster: string): Promise<void> {
  const surplus =
    (await ctx.store.count({ prefix: keys.histories(cluster) })) - ctx.settings.stoppedTasksKept;
  if (surplus <= 0) return;
  const oldest: Entry<string>[] = await ctx.store.list({ prefix: keys.histories(cluster), limit: surplus });
  await ctx.store.commit({ deletes: oldest.flatMap((e) => [e.key, keys.stopped(cluster, e.value)]) });
}
