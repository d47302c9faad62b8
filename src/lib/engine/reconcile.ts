import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { ReconcileResponse } from '../api/service-types.js';
import { activeCluster, activeClusters } from './clusters.js';
import { sweepDeleted } from './delete-task-definitions.js';
import { indexes, keys } from './keys.js';
import { housekeeping } from './housekeeping.js';
import { giveUpLostHosts } from './services/lost-hosts.js';
import { servicesOnce, serviceSummaries } from './services/keep-services.js';
import { watchThroughFaults } from './services/watch-through-faults.js';
import { watchClusters } from './services/watch-clusters.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord } from './records.js';

/** Ms of LONGSHORE_HOST_GRACE below which one host's tasks are replaced before it is seen that others went with it. */
const SHORTEST_GRACE = 10_000;

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
  const only = input.cluster === undefined ? undefined : await activeCluster(ctx, input.cluster);
  const asked = async () => (only === undefined ? activeClusters(ctx) : [only]);
  const names = await asked();
  if (ctx.settings.hostGrace < SHORTEST_GRACE) ctx.emit({ type: 'warning', message: tooShort(ctx) });
  if (input.giveUpLostHosts) await Promise.all(names.map((name) => giveUpLostHosts(ctx, name)));
  if (input.watch) {
    await watchThroughFaults(ctx, () => watchClusters(ctx, only, input));
    return { clusters: await Promise.all((await asked()).map((name) => summary(ctx, name))) };
  }
  const clusters: Summary[] = [];
  for (const name of names) clusters.push(await pass(ctx, name, input));
  await sweepDeleted(ctx);
  return { clusters };
}

const tooShort = ({ settings: { hostGrace } }: EngineContext): string =>
  `LONGSHORE_HOST_GRACE is ${hostGrace / 1000} s: that is too short to see which hosts vanish together, so tasks may be replaced where it is this machine that is cut off; ${SHORTEST_GRACE / 1000} s is enough`;

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
