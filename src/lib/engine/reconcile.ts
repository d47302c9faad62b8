import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { ReconcileResponse } from '../api/operation-types.js';
import { cleanUp } from './clean-up.js';
import { forgetTokens } from './client-token.js';
import { activeCluster } from './clusters.js';
import { sweepDeleted } from './delete-task-definitions.js';
import { cleanImagesByTime } from './images/clean-images.js';
import { indexes, keys } from './keys.js';
import { forgetGoneOwners } from './owner.js';
import { refresh } from './refresh.js';
import { settle } from './settle.js';
import { removeStrays } from './strays.js';
import { pruneHistory } from './task-records.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, InstanceRecord } from './records.js';

type Summary = ReconcileResponse['clusters'][number];

/**
 * One pass over a cluster, or over all: looks at every host, folds in what is seen, finishes or undoes what was left
 * under way, removes strays and what is past its time. Errors: ClusterNotFoundException.
 */
export async function reconcile(
  input: OperationInput<'Reconcile'>,
  ctx: EngineContext,
): Promise<OperationOutput<'Reconcile'>> {
  const names =
    input.cluster === undefined ? await activeClusters(ctx) : [await activeCluster(ctx, input.cluster)];
  const clusters: Summary[] = [];
  for (const name of names) clusters.push(await reconcileCluster(ctx, name));
  await sweepDeleted(ctx);
  await forgetGoneOwners(ctx);
  return { clusters };
}

async function activeClusters(ctx: EngineContext): Promise<string[]> {
  const entries = await ctx.store.list<ClusterRecord>({ prefix: keys.clusters });
  return entries.filter((e) => e.value.status === 'ACTIVE').map((e) => e.value.name);
}

async function reconcileCluster(ctx: EngineContext, cluster: string): Promise<Summary> {
  const settledTasks: string[] = [];
  const told: EngineContext = {
    ...ctx,
    emit: (event) => {
      if (event.type === 'settled') settledTasks.push(event.taskId);
      ctx.emit(event);
    },
  };
  const sightings = await refresh(told, cluster, { usage: true });
  await settle(told, cluster, { alsoAway: true });
  const strays = await Promise.all(sightings.map((sighting) => removeStrays(ctx, cluster, sighting)));
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  await cleanUp(ctx, cluster, new Set(sightings.map((s) => s.instance.id)));
  const images = await Promise.all(
    sightings.map(({ instance, host }) => cleanImagesByTime(ctx, instance, host)),
  );
  await pruneHistory(ctx, cluster);
  await forgetTokens(ctx, cluster);
  const seen = new Set(sightings.map((s) => s.instance.id));
  return {
    clusterName: cluster,
    settledTasks,
    removedStrays: strays.reduce((sum, n) => sum + n, 0),
    removedImages: images.reduce((sum, n) => sum + n, 0),
    runningTasksCount: await ctx.store.count({ index: indexes.tasksByLastStatus(cluster, 'RUNNING') }),
    unreachableHosts: instances.filter((e) => !seen.has(e.value.id)).map((e) => e.value.name),
  };
}
