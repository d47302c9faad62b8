import type { PlannedMove } from '../../api/service-types.js';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { serviceName, taskArn } from '../../api/arn.js';
import { createPlacer } from '../../scheduler/placer.js';
import { castOf } from '../../services/cast.js';
import { mayStop } from '../../services/health.js';
import { leavingOrder } from '../../services/scale-in.js';
import type { ServiceTask } from '../../services/types.js';
import { valuesIn } from '../../store/transact.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { keys } from '../keys.js';
import { EMPTY_USAGE, instanceView } from '../placement.js';
import { placementRequest } from '../picks.js';
import type { InstanceRecord, TaskRecord, UsageRecord } from '../records.js';
import type { ServiceRecord } from './records.js';
import { refresh } from '../refresh.js';
import { updateTask } from '../task-records.js';
import { indexes } from '../keys.js';
import { Apart } from './apart.js';
import { serviceHost, serviceTask } from './observed.js';
import { planSettings } from './draft-plan.js';
import { definitionOf, wishFor } from './plan-service.js';
import { findActiveService } from './service-records.js';

/**
 * Moves tasks of REPLICA services from hosts that have many of them to such that have few: those that came back, or were
 * added. What moves is marked; who drives the services replaces it within their percentages. Protected tasks stay. With `dryRun`
 * nothing is marked, and the answer has what protection keeps, too, and why. A service that can't be planned is warned of, unless it was
 * asked for by name. Errors: ClusterNotFoundException, ServiceNotFoundException, ServiceNotActiveException.
 */
export async function rebalance(
  input: OperationInput<'Rebalance'>,
  ctx: EngineContext,
): Promise<OperationOutput<'Rebalance'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  await refresh(ctx, cluster, { usage: true });
  const services = await servicesOf(ctx, cluster, input.service);
  const apart = new Apart(ctx, 'rebalanced');
  const moves: PlannedMove[] = [];
  for (const record of services) {
    const planned = () => movesOf(ctx, record);
    const outcome =
      input.service === undefined
        ? await apart.attempt(record.service.name, planned)
        : { done: await planned() };
    if ('why' in outcome) continue;
    for (const { task, ...way } of outcome.done) {
      if (!input.dryRun && way.to === undefined) continue;
      const { name } = record.service;
      moves.push({ taskArn: taskArn(ctx.identity, cluster, task), serviceName: name, ...way });
      if (!input.dryRun) await updateTask(ctx, cluster, task, (one) => ({ ...one, evicted: true }));
    }
  }
  return { moves };
}

async function servicesOf(
  ctx: EngineContext,
  cluster: string,
  only: string | undefined,
): Promise<ServiceRecord[]> {
  if (only !== undefined) {
    return [await findActiveService(valuesIn(ctx.store), cluster, serviceName(only, cluster))];
  }
  const entries = await ctx.store.list<ServiceRecord>({ index: indexes.services(cluster, 'ACTIVE') });
  return entries.map(({ value }) => value);
}

interface Move {
  task: string;
  /** Names of hosts. */
  from: string;
  to?: string;
  /** Why it stays there, though it would be better elsewhere. */
  why?: string;
}

/**
 * One move after the other, from where tasks would leave first to where they would be placed first, as long as that makes
 * the places more alike: pure on a snapshot. What is packed (binpack) is where it is to be.
 */
async function movesOf(ctx: EngineContext, record: ServiceRecord): Promise<Move[]> {
  const { cluster, service } = record;
  if (service.scheduling === 'DAEMON' || service.strategy.some(({ type }) => type === 'binpack')) return [];
  const definition = await definitionOf(valuesIn(ctx.store), record);
  if (definition === undefined) return [];
  const [tasks, instances, usages] = await Promise.all([
    ctx.store.list<TaskRecord>({ index: indexes.serviceTasks(cluster, service.name) }),
    ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) }),
    ctx.store.list<UsageRecord>({ prefix: keys.usages(cluster) }),
  ]);
  const usageOf = new Map(usages.map(({ key, value }) => [key.slice(keys.usages(cluster).length), value]));
  const views = instances.map(({ value }) => ({
    ...instanceView(value, usageOf.get(value.id) ?? EMPTY_USAGE),
    agentConnected: value.connected,
  }));
  const hosts = new Map(instances.map(({ value }) => [value.id, serviceHost(value, usageOf.get(value.id))]));
  const seen = { tasks: tasks.map(({ value }) => serviceTask(value)), ended: [], hosts, frozen: false };
  const now = ctx.clock();
  const { staying } = castOf(service, seen, planSettings(ctx), now);
  const wish = wishFor(ctx, record, definition);
  const group = `service:${service.name}`;
  const request = placementRequest(wish, { group, overrides: {} }, views);
  const placer = createPlacer(views, { random: ctx.random });
  const nameOf = (id: string) => hosts.get(id)?.name ?? id;
  let there = [...staying];
  const better = (movable: readonly ServiceTask[]): Required<Pick<Move, 'task' | 'from' | 'to'>>[] => {
    const moves: ReturnType<typeof better> = [];
    const ids = new Set(movable.map(({ id }) => id));
    for (;;) {
      const rest = there.filter(({ id }) => ids.has(id));
      const [leaving] = leavingOrder(rest, there, hosts, service.strategy, 1);
      if (leaving === undefined) return moves;
      const pick = placer.place(request);
      if (!pick.placed) return moves;
      if (!isBetter(leaving.instance, pick.instanceId, there, hosts)) {
        placer.release(pick.instanceId, request);
        return moves;
      }
      placer.release(leaving.instance, request);
      moves.push({ task: leaving.id, from: nameOf(leaving.instance), to: nameOf(pick.instanceId) });
      there = there.map((task) => (task === leaving ? { ...task, instance: pick.instanceId } : task));
      ids.delete(leaving.id);
    }
  };
  const moves = better(staying.filter((task) => mayStop(service, task, now)));
  const kept = staying.filter((task) => !mayStop(service, task, now));
  const until = new Map(
    kept.map(({ id, protectedUntil = 0 }) => [id, new Date(protectedUntil).toISOString()]),
  );
  return [
    ...moves,
    ...better(kept).map(({ task, from }) => ({
      task,
      from,
      why: `it is protected until ${until.get(task)}`,
    })),
  ];
}

/** Whether zones, or else hosts, are more alike with one task moved. */
function isBetter(
  from: string,
  to: string,
  tasks: readonly { instance: string }[],
  hosts: ReadonlyMap<string, { zone: string | undefined }>,
): boolean {
  const zone = (id: string) => hosts.get(id)?.zone;
  const inZone = (id: string) => tasks.filter(({ instance }) => zone(instance) === zone(id)).length;
  const on = (id: string) => tasks.filter(({ instance }) => instance === id).length;
  if (zone(from) !== zone(to) && inZone(from) - inZone(to) > 1) return true;
  return inZone(from) >= inZone(to) && on(from) - on(to) > 1;
}
