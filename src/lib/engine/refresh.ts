import type { ObservedContainer } from '../agent/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { adoptTasks } from './adopt.js';
import { noteUsage } from './host-usage.js';
import { foldSeen } from './fold.js';
import { indexes, keys } from './keys.js';
import { noteConnected, observeTasks, reach } from './sight.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord } from './records.js';

const LIVING: readonly TaskRecord['lastStatus'][] = ['PROVISIONING', 'PENDING', 'RUNNING', 'STOPPING'];

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
  /** With `usage`: shared volumes to look for. */
  volumes?: readonly string[];
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
  const { instances, tasks } = await recordsOf(ctx, cluster, options.only);
  const sightings = await Promise.all(
    instances.map((instance) =>
      look(
        ctx,
        instance,
        tasks.filter((task) => task.instance === instance.id),
        options,
      ),
    ),
  );
  return sightings.filter((sighting) => sighting !== undefined);
}

/** For verbs that read: looks where nobody keeps the records fresh; else what a look would tell of hosts that are away. */
export async function refreshUnlessFresh(
  ctx: EngineContext,
  cluster: string,
  options: RefreshOptions = {},
): Promise<void> {
  if (!ctx.fresh.has(cluster)) await refresh(ctx, cluster, options);
  else if (!isAllTold(ctx)) await tellAbsent(ctx, cluster, options.only);
}

/** ECS's callers have no ear for hosts that are away. */
export const isAllTold = ({ absent, carryOn }: EngineContext): boolean =>
  absent.size === 0 || carryOn !== undefined;

async function tellAbsent(ctx: EngineContext, cluster: string, only?: ReadonlySet<string>): Promise<void> {
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  for (const { value } of instances) {
    const error = only?.has(value.id) === false ? undefined : ctx.absent.get(value.id);
    if (error !== undefined) ctx.emit({ type: 'host-failed', host: value.name, error });
  }
}

/** The instances of a cluster (of these ids, where they are given) and the living tasks on them. */
export async function recordsOf(
  { store }: Pick<EngineContext, 'store'>,
  cluster: string,
  only?: ReadonlySet<string>,
): Promise<{ instances: InstanceRecord[]; tasks: TaskRecord[] }> {
  if (only === undefined) {
    const [instances, tasks] = await Promise.all([
      store.list<InstanceRecord>({ prefix: keys.instances(cluster) }),
      store.list<TaskRecord>({ prefix: keys.tasks(cluster) }),
    ]);
    return { instances: instances.map(({ value }) => value), tasks: tasks.map(({ value }) => value) };
  }
  const ids = [...only];
  const found = await store.getMany<InstanceRecord>(ids.map((id) => keys.instance(cluster, id)));
  const tasks = new Map<string, TaskRecord>();
  // In the order of a task's life: one that goes on meanwhile is met again, and none is missed.
  for (const status of LIVING)
    for (const id of ids)
      for (const { value } of await store.list<TaskRecord>({
        index: indexes.instanceTasks(cluster, id, status),
      }))
        tasks.set(value.id, value);
  return {
    instances: found.flatMap((entry) => (entry === undefined ? [] : [entry.value])),
    tasks: [...tasks.values()],
  };
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
    const tasks = await observeTasks(host, instance.cluster, records, ctx.clock());
    if (!instance.connected) await noteConnected(ctx, instance, true);
    // A start under way belongs to its owner: its containers come and go until it is decided.
    const decided = records.filter(
      (record) => record.owner === undefined || record.desiredStatus === 'STOPPED',
    );
    await foldSeen(
      ctx,
      host,
      decided.map((record) => ({ record, seen: tasks.get(record.id) ?? [] })),
    );
    await adoptTasks(ctx, instance, host, tasks);
    if (options.usage) await noteUsage(ctx, instance, host, options.volumes);
    return { instance, host, tasks };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: instance.name, error });
    // A connection that was good a moment ago says nothing of now.
    if (error.isOutage && instance.connected) await noteConnected(ctx, instance, false);
    return undefined;
  }
}
