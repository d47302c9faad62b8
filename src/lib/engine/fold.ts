import { lastLines } from '../agent/logs.js';
import type { ObservedContainer } from '../agent/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { transact } from '../store/transact.js';
import { exitCodeOf } from './exit-code.js';
import { keys } from './keys.js';
import { foldTask } from './task-life.js';
import { readTask, saveTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { LogEnd, TaskRecord } from './records.js';

/** How much of a stopped container's log its record keeps. */
const LAST_LOG_LINES = 20;
const LAST_LOG_BYTES = 8 * 1024;

/** A task as its record was read, and what its host showed after that. */
export interface Seen {
  record: TaskRecord;
  seen: readonly ObservedContainer[];
}

/**
 * Folds what a host showed of many tasks into their records, in one commit. A record that changed since it was read is
 * left for the next look: what was seen may be older than what it says now.
 */
export async function foldSeen(
  ctx: EngineContext,
  host: DockerHost,
  sightings: readonly Seen[],
): Promise<void> {
  const now = ctx.clock();
  const changed = sightings.filter(({ record, seen }) => !same(foldTask(record, seen, now), record));
  if (changed.length === 0) return;
  const ends = await Promise.all(
    changed.map(({ record, seen }) => endsOfLogs(host, foldTask(record, seen, now))),
  );
  const saved = await transact(ctx.store, ctx, async (draft) => {
    const after: { before: TaskRecord; next: TaskRecord }[] = [];
    for (const [i, { record, seen }] of changed.entries()) {
      const current = await draft.get<TaskRecord>(keys.task(record.cluster, record.id));
      if (current?.version !== record.version) continue;
      const next = await saveTask(draft, current, withEnds(foldTask(current, seen, now), ends[i]));
      after.push({ before: record, next });
    }
    return after;
  });
  for (const { before, next } of saved) tell(ctx, host, before, next);
}

/**
 * Folds what was seen, and `also` what else is known, into one task's record as it stands now. Returns what the record
 * says afterwards; one that had ended already stays as it is. The end of its log is kept where it stopped.
 */
export async function foldAndSave(
  ctx: EngineContext,
  host: DockerHost,
  record: TaskRecord,
  seen: readonly ObservedContainer[],
  also: (record: TaskRecord) => TaskRecord = (r) => r,
): Promise<TaskRecord | undefined> {
  const preview = foldTask(also(record), seen, ctx.clock());
  const ends = await endsOfLogs(host, preview);
  const saved = await transact(ctx.store, ctx, async (draft) => {
    const current = await draft.get<TaskRecord>(keys.task(record.cluster, record.id));
    if (current === undefined) return undefined;
    return saveTask(draft, current, withEnds(foldTask(also(current), seen, ctx.clock()), ends));
  });
  if (saved === undefined) return readTask(ctx, record.cluster, record.id);
  tell(ctx, host, record, saved);
  return saved;
}

function tell(ctx: EngineContext, host: DockerHost, before: TaskRecord, after: TaskRecord): void {
  const { id: taskId, lastStatus } = after;
  if (lastStatus === before.lastStatus) return;
  const isOver = lastStatus === 'STOPPED' && after.stopCode === 'EssentialContainerExited';
  // What happened to a container, such as a want of memory, says more than that it has ended.
  const ofContainer = isOver ? after.containers.find((c) => c.essential && c.reason)?.reason : undefined;
  const reason = ofContainer ?? after.stoppedReason;
  ctx.emit({
    type: 'task-state',
    taskId,
    host: host.name,
    lastStatus,
    ...(reason === undefined ? {} : { reason }),
    ...(isOver ? { exitCode: exitCodeOf(after) } : {}),
  });
}

function withEnds(task: TaskRecord, ends: ReadonlyMap<string, LogEnd[]> | undefined): TaskRecord {
  const containers = task.containers.map((container) => {
    const lastLog = ends?.get(container.name);
    return lastLog === undefined ? container : { ...container, lastLog };
  });
  return { ...task, containers };
}

/** The ends of a stopped task's logs. One that can't be read is no reason to lose the task's end. */
async function endsOfLogs(host: DockerHost, task: TaskRecord): Promise<Map<string, LogEnd[]>> {
  if (task.lastStatus !== 'STOPPED') return new Map();
  const read = async (id: string): Promise<LogEnd[] | undefined> => {
    try {
      const lines = await lastLines(host, id, LAST_LOG_LINES, LAST_LOG_BYTES);
      return lines.map(({ stream, time, text }) => ({ stream, time, text }));
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      return undefined;
    }
  };
  const ends = new Map<string, LogEnd[]>();
  await Promise.all(
    task.containers.map(async ({ name, runtimeId }) => {
      const lines = runtimeId === undefined ? undefined : await read(runtimeId);
      if (lines !== undefined) ends.set(name, lines);
    }),
  );
  return ends;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
