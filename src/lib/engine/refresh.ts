import type { ObservedContainer } from '../agent/types.js';
import { lastLines } from '../agent/logs.js';
import { observeHost, type KnownContainer } from '../agent/observe.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { adoptTasks } from './adopt.js';
import { noteUsage } from './host-usage.js';
import { keys, putInstance } from './keys.js';
import { foldTask } from './task-life.js';
import { updateTask } from './task-records.js';
import { transact } from '../store/transact.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, LogEnd, TaskRecord } from './records.js';

/** How much of a stopped container's log its record keeps. */
const LAST_LOG_LINES = 20;
const LAST_LOG_BYTES = 8 * 1024;

/** What one host showed. */
export interface Sighting {
  instance: InstanceRecord;
  host: DockerHost;
  /** By task id. */
  tasks: Map<string, ObservedContainer[]>;
}

export interface RefreshOptions {
  /** Ids of the instances to look at. Default: all. */
  only?: ReadonlySet<string>;
  /** Also what else uses the hosts: other states' tasks, unlabelled containers, listening ports. */
  usage?: boolean;
}

/**
 * Looks at the hosts of a cluster and folds what they show into the records: states, exit codes, tasks that another
 * state started. Never changes a host. A host that doesn't answer is told of and left as it was.
 */
export async function refresh(
  ctx: EngineContext,
  cluster: string,
  options: RefreshOptions = {},
): Promise<Sighting[]> {
  const [instances, tasks] = await Promise.all([
    ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) }),
    ctx.store.list<TaskRecord>({ prefix: keys.tasks(cluster) }),
  ]);
  const sightings = await Promise.all(
    instances
      .map((entry) => entry.value)
      .filter((instance) => options.only?.has(instance.id) ?? true)
      .map((instance) =>
        look(
          ctx,
          instance,
          tasks.map((t) => t.value).filter((t) => t.instance === instance.id),
          options,
        ),
      ),
  );
  return sightings.filter((sighting) => sighting !== undefined);
}

async function look(
  ctx: EngineContext,
  instance: InstanceRecord,
  records: TaskRecord[],
  options: RefreshOptions,
): Promise<Sighting | undefined> {
  const host = await reach(ctx, instance);
  if (host === undefined) return undefined;
  try {
    const tasks = await observeTasks(host, instance.cluster, records);
    await foldAll(ctx, host, records, tasks);
    await adoptTasks(ctx, instance, host, tasks);
    if (options.usage) await noteUsage(ctx, instance, host);
    return { instance, host, tasks };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: instance.name, error });
    return undefined;
  }
}

/** The host's engine, or undefined (and told of) where it doesn't answer; the instance's record remembers which. */
export async function reach(ctx: EngineContext, instance: InstanceRecord): Promise<DockerHost | undefined> {
  const started = ctx.clock();
  try {
    ctx.emit({ type: 'host-connecting', host: instance.name });
    const host = await ctx.hosts.connect(instance.address, instance.name);
    ctx.emit({ type: 'host-connected', host: instance.name, milliseconds: ctx.clock() - started });
    if (!instance.connected) await noteConnected(ctx, instance, true);
    return host;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: instance.name, error });
    if (instance.connected) await noteConnected(ctx, instance, false);
    return undefined;
  }
}

async function noteConnected(
  ctx: EngineContext,
  instance: InstanceRecord,
  connected: boolean,
): Promise<void> {
  await transact(ctx.store, ctx, async (draft) => {
    const record = await draft.get<InstanceRecord>(keys.instance(instance.cluster, instance.id));
    if (record !== undefined) draft.put(putInstance({ ...record, connected, seenAt: ctx.clock() }));
  });
}

/**
 * The cluster's containers on a host, by task. What the records of its living tasks know already is not asked for
 * again, and containers of tasks that have ended long since are not looked into: a listing costs one request.
 */
export async function observeTasks(
  host: DockerHost,
  cluster: string,
  records: readonly TaskRecord[] = [],
): Promise<Map<string, ObservedContainer[]>> {
  const living = knownOf(records);
  const known = (id: string) => living.get(id) ?? ENDED;
  const tasks = new Map<string, ObservedContainer[]>();
  for (const container of await observeHost(host, { cluster, known })) {
    const siblings = tasks.get(container.taskId);
    if (siblings === undefined) tasks.set(container.taskId, [container]);
    else siblings.push(container);
  }
  return tasks;
}

/** A task's containers on its host. */
export function observeTask(host: DockerHost, task: TaskRecord): Promise<ObservedContainer[]> {
  const known = knownOf([task]);
  return observeHost(host, { taskId: task.id, known: (id) => known.get(id) });
}

/** Nothing more is asked of a container that no living task has, if it has ended. */
const ENDED: KnownContainer = { state: 'exited' };

/** What records say of containers, by their engine ids. */
function knownOf(records: readonly TaskRecord[]): Map<string, KnownContainer> {
  const known = new Map<string, KnownContainer>();
  for (const { name: _name, runtimeId, lastStatus, ...rest } of records.flatMap((r) => r.containers)) {
    if (runtimeId === undefined || lastStatus === 'PENDING') continue;
    const { startedAt, finishedAt, exitCode, oomKilled = false, imageDigest, networkBindings } = rest;
    const state = lastStatus === 'RUNNING' ? 'running' : 'exited';
    known.set(runtimeId, { state, startedAt, finishedAt, exitCode, oomKilled, imageDigest, networkBindings });
  }
  return known;
}

async function foldAll(
  ctx: EngineContext,
  host: DockerHost,
  records: readonly TaskRecord[],
  seen: ReadonlyMap<string, ObservedContainer[]>,
): Promise<void> {
  for (const record of records) {
    // A start under way belongs to its owner: its containers come and go until it is decided.
    if (record.owner !== undefined && record.desiredStatus === 'RUNNING') continue;
    await foldAndSave(ctx, host, record, seen.get(record.id) ?? []);
  }
}

/** Folds what was seen, and what else is known, into a task's record; the end of its log is kept where it stopped. */
export async function foldAndSave(
  ctx: EngineContext,
  host: DockerHost,
  record: TaskRecord,
  seen: readonly ObservedContainer[],
  also: (record: TaskRecord) => TaskRecord = (r) => r,
): Promise<TaskRecord | undefined> {
  const preview = foldTask(also(record), seen, ctx.clock());
  if (JSON.stringify(preview) === JSON.stringify(record)) return record;
  const logs =
    preview.lastStatus === 'STOPPED' ? await endsOfLogs(host, preview) : new Map<string, LogEnd[]>();
  const saved = await updateTask(ctx, record.cluster, record.id, (current) => {
    const next = foldTask(also(current), seen, ctx.clock());
    return {
      ...next,
      containers: next.containers.map((c) => {
        const lastLog = logs.get(c.name);
        return lastLog === undefined ? c : { ...c, lastLog };
      }),
    };
  });
  if (saved !== undefined && saved.lastStatus !== record.lastStatus) {
    ctx.emit({
      type: 'task-state',
      taskId: saved.id,
      host: host.name,
      lastStatus: saved.lastStatus,
      ...(saved.stoppedReason === undefined ? {} : { reason: saved.stoppedReason }),
    });
  }
  return saved;
}

/** A log that can't be read is no reason to lose the task's end. */
async function endsOfLogs(host: DockerHost, task: TaskRecord): Promise<Map<string, LogEnd[]>> {
  const ends = new Map<string, LogEnd[]>();
  for (const { name, runtimeId } of task.containers) {
    if (runtimeId === undefined) continue;
    try {
      const lines = await lastLines(host, runtimeId, LAST_LOG_LINES, LAST_LOG_BYTES);
      ends.set(
        name,
        lines.map(({ stream, time, text }) => ({ stream, time, text })),
      );
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }
  return ends;
}
