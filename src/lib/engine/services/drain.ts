import type { PlannedMove } from '../../api/service-types.js';
import { taskArn } from '../../api/arn.js';
import { createPlacer } from '../../scheduler/placer.js';
import { sharedVolumes } from '../../scheduler/volumes.js';
import { valuesIn } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import { keys, serviceOf } from '../keys.js';
import { EMPTY_USAGE, instanceView } from '../placement.js';
import { placementRequest } from '../picks.js';
import type { InstanceRecord, TaskRecord, UsageRecord } from '../records.js';
import type { ServiceRecord } from './records.js';
import { refresh } from '../refresh.js';
import { Apart } from './apart.js';
import { definitionOf, wishFor } from './plan-service.js';

/**
 * Where the tasks of services on instances would go if these were DRAINING, by a fresh look at the hosts; nothing is changed.
 * A task whose shared volume has its data there has no other place; one of a DAEMON, or of no service, doesn't move.
 */
export async function drainMoves(
  ctx: EngineContext,
  cluster: string,
  ids: ReadonlySet<string>,
): Promise<PlannedMove[]> {
  await refresh(ctx, cluster, { usage: true });
  const [tasks, instances, usages] = await Promise.all([
    ctx.store.list<TaskRecord>({ prefix: keys.tasks(cluster) }),
    ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) }),
    ctx.store.list<UsageRecord>({ prefix: keys.usages(cluster) }),
  ]);
  const usageOf = new Map(usages.map(({ key, value }) => [key.slice(keys.usages(cluster).length), value]));
  const views = instances.map(({ value }) => ({
    ...instanceView(value, usageOf.get(value.id) ?? EMPTY_USAGE),
    agentConnected: value.connected,
    ...(ids.has(value.id) && { status: 'DRAINING' as const }),
  }));
  const names = new Map(instances.map(({ value }) => [value.id, value.name]));
  const placer = createPlacer(views, { random: ctx.random });
  const values = valuesIn(ctx.store);
  const apart = new Apart(ctx, 'moved');
  const moves: PlannedMove[] = [];
  for (const { value: task } of tasks) {
    if (!ids.has(task.instance) || task.desiredStatus === 'STOPPED') continue;
    const from = names.get(task.instance) ?? task.instance;
    const move = { taskArn: taskArn(ctx.identity, cluster, task.id), from };
    const service = serviceOf(task);
    const record = service && (await values.get<ServiceRecord>(keys.service(cluster, service)));
    const definition = record && (await definitionOf(values, record));
    if (!record || !definition) {
      moves.push({ ...move, why: 'it is of no service: it stays until it has stopped' });
      continue;
    }
    const { name: serviceName, scheduling } = record.service;
    if (scheduling === 'DAEMON') {
      moves.push({ ...move, serviceName, why: 'a DAEMON has no task on a host that drains: it stops' });
      continue;
    }
    const wish = wishFor(ctx, record, definition);
    const planned = await apart.attempt(serviceName, async () =>
      placer.place(placementRequest(wish, { group: task.group, overrides: {} }, views)),
    );
    if ('why' in planned) {
      moves.push({ ...move, serviceName, why: planned.why });
      continue;
    }
    const pick = planned.done;
    const volumes = sharedVolumes(definition.definition).map(({ name }) => name);
    const there = usageOf.get(task.instance)?.volumes ?? [];
    const volumesLeft = volumes.filter((name) => there.includes(name));
    moves.push({
      ...move,
      serviceName,
      ...(pick.placed ? { to: names.get(pick.instanceId) ?? pick.instanceId } : { why: pick.explanation }),
      ...(volumesLeft.length > 0 && { volumesLeft }),
    });
  }
  return moves;
}
