import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { ReconcileResponse } from '../api/operation-types.js';
import { label } from '../agent/labels.js';
import { removeContainers, stopTask as stopContainers } from '../agent/stop.js';
import type { ObservedContainer } from '../agent/types.js';
import { HostError } from '../hosts/host-error.js';
import { cleanUp } from './clean-up.js';
import { forgetTokens } from './client-token.js';
import { activeCluster } from './clusters.js';
import { sweepDeleted } from './delete-task-definitions.js';
import { indexes, keys } from './keys.js';
import { forgetGoneOwners } from './owner.js';
import { refresh, type Sighting } from './refresh.js';
import { settle } from './settle.js';
import { pruneHistory } from './task-records.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, InstanceRecord, TaskRecord } from './records.js';

/** Ms after which containers that were created and never started, and that no record knows, stand for nobody. */
const ABANDONED = 10 * 60_000;

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
  await pruneHistory(ctx, cluster);
  await forgetTokens(ctx, cluster);
  const seen = new Set(sightings.map((s) => s.instance.id));
  return {
    clusterName: cluster,
    settledTasks,
    removedStrays: strays.reduce((sum, n) => sum + n, 0),
    runningTasksCount: await ctx.store.count({ index: indexes.tasksByLastStatus(cluster, 'RUNNING') }),
    unreachableHosts: instances.filter((e) => !seen.has(e.value.id)).map((e) => e.value.name),
  };
}

/** Containers that may not be: of tasks that have stopped, that live on another host, or that nobody started. */
async function removeStrays(
  ctx: EngineContext,
  cluster: string,
  { instance, host, tasks }: Sighting,
): Promise<number> {
  let removed = 0;
  const say = (id: string, what: string) => `${instance.name}: containers of task ${id} ${what}`;
  try {
    for (const [id, containers] of tasks) {
      const [live, past] = await ctx.store.getMany<TaskRecord>([
        keys.task(cluster, id),
        keys.stopped(cluster, id),
      ]);
      const { stop, remove, strange } = strays(containers, live?.value, past?.value, instance, ctx.clock());
      if (strange.length > 0) {
        ctx.emit({
          type: 'warning',
          message: say(id, "run there, but by the records it is another host's task: look at both hosts"),
        });
      }
      if (stop.length + remove.length === 0) continue;
      await stopContainers(host, stop, {});
      await removeContainers(
        host,
        remove.map((c) => c.id),
      );
      ctx.emit({ type: 'note', message: say(id, 'that no record asks for were removed') });
      removed += new Set([...stop, ...remove]).size;
    }
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: instance.name, error });
  }
  return removed;
}

interface Strays {
  /** They run, and their task has ended. */
  stop: ObservedContainer[];
  /** They never ran, and never will. */
  remove: ObservedContainer[];
  /** They run, and by the records their task is another host's. */
  strange: ObservedContainer[];
}

/**
 * What of a task's containers on a host may not be. Records may have been made of what a host shows, and one in the
 * wrong hands shows what it likes: so a record of another host never ends what runs here. Pure.
 */
function strays(
  containers: readonly ObservedContainer[],
  live: TaskRecord | undefined,
  past: TaskRecord | undefined,
  instance: InstanceRecord,
  now: number,
): Strays {
  const none: Strays = { stop: [], remove: [], strange: [] };
  const record = live ?? past;
  const created = containers.filter((c) => c.state === 'created');
  if (record === undefined) {
    const abandoned =
      created.length === containers.length &&
      created.every((c) => now - (c.createdAt ?? Infinity) > ABANDONED);
    return abandoned ? { ...none, remove: created } : none;
  }
  if (live === undefined && record.orphaned) return none;
  const active = containers.filter((c) => c.state !== 'exited' && c.state !== 'dead');
  // A host that was registered anew has another id than its containers carry.
  const isTheirs = (c: ObservedContainer) =>
    record.instance === instance.id || c.labels[label.instanceId] === record.instance;
  const theirs = active.filter(isTheirs);
  const strange = active.filter((c) => !isTheirs(c) && c.state !== 'created');
  if (live !== undefined) return live.instance === instance.id ? none : { ...none, remove: created, strange };
  return { stop: theirs.filter((c) => c.state !== 'created'), remove: created, strange };
}
