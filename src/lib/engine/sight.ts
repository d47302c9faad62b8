import { observeHost, type KnownContainer } from '../agent/observe.js';
import type { ObservedContainer } from '../agent/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { transact } from '../store/transact.js';
import { keys, putInstance } from './keys.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord } from './records.js';

/**
 * The host's engine, or undefined (and told of) where it can't be connected to, which the instance's record remembers.
 * Throws the signal's reason when aborted.
 */
export async function reach(ctx: EngineContext, instance: InstanceRecord): Promise<DockerHost | undefined> {
  try {
    return await connectTo(ctx, instance);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: instance.name, error });
    if (instance.connected) await noteConnected(ctx, instance, false);
    return undefined;
  }
}

/** The host's engine, by a connection that may be an earlier one. Throws HostError, or the signal's reason when aborted. */
export async function connectTo(ctx: EngineContext, instance: InstanceRecord): Promise<DockerHost> {
  const started = ctx.clock();
  ctx.emit({ type: 'host-connecting', host: instance.name });
  const host = await ctx.hosts.connect(instance.address, instance.name, { signal: ctx.signal });
  ctx.emit({ type: 'host-connected', host: instance.name, milliseconds: ctx.clock() - started });
  return host;
}

/** The instance's record remembers whether its host answers, and since when it does or doesn't. */
export async function noteConnected(
  ctx: EngineContext,
  instance: InstanceRecord,
  connected: boolean,
): Promise<void> {
  await transact(ctx.store, ctx, async (draft) => {
    const record = await draft.get<InstanceRecord>(keys.instance(instance.cluster, instance.id));
    if (record === undefined || record.connected === connected) return;
    const { givenUp: _, ...rest } = record;
    draft.put(putInstance({ ...rest, connected, seenAt: connected ? ctx.clock() : awaySince(ctx, record) }));
  });
}

/** It is away since its last answer, though that was found out later; not since before others saw it. */
function awaySince(ctx: EngineContext, { address, seenAt }: InstanceRecord): number {
  return Math.max(seenAt, Math.round(ctx.clock() - ctx.hosts.silence(address) * 1000));
}

/**
 * The cluster's containers on a host, by task. What the records of its living tasks know already is not asked for
 * again, and containers of tasks that have ended long since are not looked into: a listing costs one request.
 */
export async function observeTasks(
  host: DockerHost,
  cluster: string,
  records: readonly TaskRecord[] = [],
  now?: number,
): Promise<Map<string, ObservedContainer[]>> {
  const living = knownOf(records);
  const known = (id: string) => living.get(id) ?? ENDED;
  const tasks = new Map<string, ObservedContainer[]>();
  for (const container of await observeHost(host, { cluster, known, ...(now !== undefined && { now }) })) {
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
  const containers = records.flatMap((r) => r.containers.map((c) => ({ ...c, kept: r.kept })));
  for (const { name: _name, runtimeId, lastStatus, ...rest } of containers) {
    if (runtimeId === undefined || lastStatus === 'PENDING') continue;
    const { startedAt, finishedAt, exitCode, oomKilled = false, imageDigest, networkBindings } = rest;
    const { restartCount = 0, restartPolicy, kept = false } = rest;
    const state = lastStatus === 'RUNNING' ? 'running' : 'exited';
    known.set(runtimeId, {
      ...{ state, startedAt, finishedAt, exitCode, oomKilled, imageDigest, networkBindings, restartCount },
      restarts: restartPolicy !== undefined,
      kept,
    });
  }
  for (const { holder } of records) {
    if (holder === undefined || holder.lastStatus === 'PENDING') continue;
    const { runtimeId, lastStatus, startedAt, ipAddress, macAddress } = holder;
    const state = lastStatus === 'RUNNING' ? 'running' : 'exited';
    known.set(runtimeId, { state, startedAt, ipAddress, macAddress });
  }
  return known;
}
