import pLimit from 'p-limit';
import { removeContainersOf } from '../agent/stop.js';
import { clusterName } from '../api/arn.js';
import {
  clusterHasInstances,
  clusterHasServices,
  clusterHasTasks,
  clusterNotFound,
  hostsAway,
} from '../api/errors.js';
import { limits } from '../api/limits.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { transact, type Draft } from '../store/transact.js';
import { unlessAborted } from '../unless-aborted.js';
import { presentCluster } from './clusters.js';
import { deregisterContainerInstance } from './deregister-instance.js';
import { indexes, keys, putCluster, putInstance, putService } from './keys.js';
import { refresh, type Sighting } from './refresh.js';
import { carryOutStop } from './settle.js';
import { requestStop } from './task-life.js';
import { updateTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, InstanceRecord, TaskRecord } from './records.js';
import type { ServiceRecord } from './services/records.js';

/** Tasks of one host that are stopped at once. */
const AT_ONCE = 8;

/**
 * Deletes a cluster that is empty, or with `force` (ours) empties it first; an INACTIVE one is returned as it is (ECS
 * does the same). Errors: ClusterNotFoundException, ClusterContainsServicesException,
 * ClusterContainsContainerInstancesException, ClusterContainsTasksException.
 */
export async function deleteCluster(
  input: OperationInput<'DeleteCluster'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeleteCluster'>> {
  const name = clusterName(input.cluster ?? 'default');
  const found = await ctx.store.get<ClusterRecord>(keys.cluster(name));
  if (input.force && found?.value.status === 'ACTIVE') await emptyCluster(ctx, name);
  const cluster = await transact(ctx.store, ctx, async (draft) => {
    const record = await draft.get<ClusterRecord>(keys.cluster(name));
    if (record === undefined) throw clusterNotFound(name);
    await refuseServices(draft, name);
    if ((await draft.peek({ prefix: keys.instances(name), limit: 1 })).length > 0) {
      throw clusterHasInstances(name);
    }
    if ((await draft.peek({ prefix: keys.tasks(name), limit: 1 })).length > 0) {
      throw clusterHasTasks(name);
    }
    for (const { key } of await draft.peek({ prefix: keys.addresses(name) })) draft.delete(key);
    const inactive: ClusterRecord = { ...record, status: 'INACTIVE' };
    draft.put(putCluster(inactive));
    return inactive;
  });
  return { cluster: await presentCluster(ctx, cluster, []) };
}

/** Throws ClusterContainsServicesException where services are active or draining. */
async function refuseServices(draft: Draft, cluster: string): Promise<void> {
  const active = await draft.peek({ index: indexes.services(cluster, 'ACTIVE'), limit: 1 });
  if (active.length > 0) throw clusterHasServices(cluster);
  const draining = await draft.peek<ServiceRecord>({
    index: indexes.services(cluster, 'DRAINING'),
    limit: limits.servicesPerDescribe.ours,
  });
  const names = draining.map(({ value }) => value.service.name);
  if (names.length > 0) throw clusterHasServices(cluster, ...names);
}

const LIVING = ['ACTIVE', 'DRAINING'];

/** Nobody starts a task for them any more; those that they have are stopped with all others. */
async function endServices(ctx: EngineContext, cluster: string): Promise<void> {
  await transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    for (const status of LIVING) {
      for (const { value } of await draft.list<ServiceRecord>({ index: indexes.services(cluster, status) })) {
        const service = { ...value.service, status: 'INACTIVE' as const, desiredCount: 0 };
        draft.put(putService({ ...value, service, endedAt: ctx.clock() }));
      }
    }
  });
}

/**
 * Takes everything out of a cluster: ends its services, stops its tasks, removes their containers from the hosts, and the hosts' markers.
 * Nothing happens where a host doesn't answer, since what is on it would stay. What was begun can be done again.
 * Throws ClusterContainsContainerInstancesException (a host is away); HostError where one fails on the way.
 */
async function emptyCluster(ctx: EngineContext, cluster: string): Promise<void> {
  // Looking first also finds the tasks that other states have started there.
  const sightings = await refresh(ctx, cluster);
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  const seen = new Set(sightings.map(({ instance }) => instance.id));
  const away = instances.filter(({ value }) => !seen.has(value.id)).map(({ value }) => value.name);
  if (away.length > 0) throw hostsAway(cluster, ...away);
  await endServices(ctx, cluster);
  await drain(ctx, cluster);
  const outcomes = await Promise.allSettled(sightings.map((sighting) => emptyHost(ctx, cluster, sighting)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** No new tasks from now on. */
async function drain(ctx: EngineContext, cluster: string): Promise<void> {
  await transact(ctx.store, ctx, async (draft) => {
    for (const { value } of await draft.list<InstanceRecord>({ prefix: keys.instances(cluster) }))
      draft.put(putInstance({ ...value, status: 'DRAINING' }));
  });
}

async function emptyHost(ctx: EngineContext, cluster: string, { instance, host }: Sighting): Promise<void> {
  const owner = await ctx.owner();
  const cause = { code: 'UserInitiated' as const, reason: 'Cluster deleted by user' };
  const limit = pLimit(AT_ONCE);
  const stop = async ({ id }: TaskRecord) => {
    ctx.signal.throwIfAborted();
    const record = await updateTask(ctx, cluster, id, (r) => ({
      ...requestStop(r, cause, ctx.clock()),
      owner,
    }));
    if (record !== undefined && record.lastStatus !== 'STOPPED') await carryOutStop(ctx, host, record);
  };
  const tasks = await tasksOn(ctx, instance);
  await unlessAborted(ctx.signal, Promise.all(tasks.map((task) => limit(() => stop(task)))));
  await removeContainersOf(host, cluster);
  const cleanups = await ctx.store.list({ prefix: keys.cleanups(cluster, instance.id) });
  await ctx.store.commit({ deletes: cleanups.map(({ key }) => key) });
  await deregisterContainerInstance({ cluster, containerInstance: instance.id }, ctx);
}

async function tasksOn(ctx: EngineContext, { cluster, id }: InstanceRecord): Promise<TaskRecord[]> {
  const statuses = ['PENDING', 'RUNNING', 'STOPPING'];
  const lists = await Promise.all(
    statuses.map((status) =>
      ctx.store.list<TaskRecord>({ index: indexes.instanceTasks(cluster, id, status) }),
    ),
  );
  return lists.flat().map(({ value }) => value);
}
