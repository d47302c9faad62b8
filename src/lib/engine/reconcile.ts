import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { ReconcileResponse } from '../api/operation-types.js';
import { activeCluster } from './clusters.js';
import { sweepDeleted } from './delete-task-definitions.js';
import { indexes, keys } from './keys.js';
import { housekeeping } from './housekeeping.js';
import { giveUpLostHosts } from './services/lost-hosts.js';
import { servicesOnce, serviceSummaries, watchCluster } from './services/keep-services.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, InstanceRecord } from './records.js';

type Summary = ReconcileResponse['clusters'][number];

/**
 * One pass over a cluster, or over all: looks at every host, folds in what is seen, finishes or undoes what was left
 * under way, removes strays and what is past its time, and does for the services what can be done now. With `watch` it goes
 * on until aborted. Errors: ClusterNotFoundException.
 */
export async function reconcile(
  input: OperationInput<'Reconcile'>,
  ctx: EngineContext,
): Promise<OperationOutput<'Reconcile'>> {
  const names =
    input.cluster === undefined ? await activeClusters(ctx) : [await activeCluster(ctx, input.cluster)];
  if (input.giveUpLostHosts) await Promise.all(names.map((name) => giveUpLostHosts(ctx, name)));
  if (input.watch) {
    if (input.cluster === undefined) await watchAll(ctx, input);
    else await Promise.all(names.map((name) => watchCluster(ctx, name, input)));
  }
  const clusters: Summary[] = [];
  for (const name of names) clusters.push(await (input.watch ? summary(ctx, name) : pass(ctx, name, input)));
  if (input.watch) return { clusters };
  await sweepDeleted(ctx);
  return { clusters };
}

async function activeClusters(ctx: EngineContext): Promise<string[]> {
  const entries = await ctx.store.list<ClusterRecord>({ prefix: keys.clusters });
  return entries.filter((e) => e.value.status === 'ACTIVE').map((e) => e.value.name);
}

/** Ms between two looks for clusters that were made meanwhile. */
const LOOK = 1000;

/** Keeps the services of all clusters until aborted, also of those that are made later. Throws faults of the state. */
async function watchAll(ctx: EngineContext, input: OperationInput<'Reconcile'>): Promise<void> {
  const over = new AbortController();
  const watching = { ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) };
  const watched = new Map<string, Promise<void>>();
  let fault: { error: unknown } | undefined;
  const fail = (error: unknown) => {
    fault ??= { error };
    over.abort();
  };
  try {
    while (!watching.signal.aborted) {
      for (const name of await activeClusters(ctx))
        if (!watched.has(name)) watched.set(name, watchCluster(watching, name, input).catch(fail));
      await sleep(LOOK, undefined, { signal: watching.signal }).catch(() => undefined);
    }
  } finally {
    over.abort();
    await Promise.all(watched.values());
  }
  if (fault !== undefined) throw fault.error;
}

/** What is settled and cleaned up, then the services: what they start may need the room. */
async function pass(
  ctx: EngineContext,
  cluster: string,
  input: OperationInput<'Reconcile'>,
): Promise<Summary> {
  const kept = await housekeeping(ctx, cluster);
  await servicesOnce(ctx, cluster, input);
  return { ...(await summary(ctx, cluster)), ...kept };
}

/** How a cluster stands, by the records. */
async function summary(ctx: EngineContext, cluster: string): Promise<Summary> {
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  return {
    clusterName: cluster,
    settledTasks: [],
    removedStrays: 0,
    removedImages: 0,
    runningTasksCount: await ctx.store.count({ index: indexes.tasksByLastStatus(cluster, 'RUNNING') }),
    unreachableHosts: instances.filter((e) => !e.value.connected).map((e) => e.value.name),
    services: await serviceSummaries(ctx, cluster),
  };
}
