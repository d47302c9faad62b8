import { tasksAre } from '../../api/count.js';
import { boundsOf } from '../../services/bounds.js';
import type { Draft } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import { indexes, keys } from '../keys.js';
import { newTask } from '../new-task.js';
import { pickPlaces } from '../place.js';
import type { DefinitionRecord, InstanceRecord, TaskRecord } from '../records.js';
import type { ServiceRecord } from './records.js';
import { wishFor } from './plan-service.js';
import { lackOfRoomToRoll } from './room-to-roll.js';

/**
 * What to warn of where the hosts, as they are known now, have no room for all tasks that a service is to have, or for none
 * beside them, which a deployment would need. ECS takes such a service: hosts may come. undefined where there is room. Nothing
 * is drafted. Throws as pickPlaces.
 */
export async function lackOfRoom(
  ctx: EngineContext,
  draft: Draft,
  record: ServiceRecord,
  definition: DefinitionRecord,
): Promise<string | undefined> {
  const { cluster, service } = record;
  const isDaemon = service.scheduling === 'DAEMON';
  const hosts = await draft.peek<InstanceRecord>({ prefix: keys.instances(cluster) });
  if (hosts.length === 0 && (isDaemon || service.desiredCount > 0))
    return `the cluster ${cluster} has no hosts: nothing is started until one is registered`;
  if (isDaemon) return undefined;
  const entries = await draft.peek<TaskRecord>({ index: indexes.serviceTasks(cluster, service.name) });
  const there = entries.filter(({ value }) => value.desiredStatus === 'RUNNING').length;
  const wish = wishFor(ctx, record, definition);
  const missing = service.desiredCount - there;
  if (missing <= 0) return undefined;
  const tasks = Array.from({ length: missing + 1 }, () =>
    newTask(ctx, wish, { group: `service:${service.name}` }),
  );
  const { placed } = await pickPlaces(ctx, draft, wish, tasks);
  const [failure] = placed.failures;
  if (failure === undefined) return undefined;
  if (placed.tasks.length === missing) {
    const mayGo = boundsOf(service, service.desiredCount).lower < service.desiredCount;
    if (mayGo || failure.reason === 'AGENT') return undefined;
    const lack = lackOfRoomToRoll(record, failure);
    return `once all its tasks run, no deployment can replace one: ${lack.why}; add a host${lack.remedy}`;
  }
  const why = failure.detail ?? failure.reason;
  return `${tasksAre(service.desiredCount)} wanted, and there is room for ${there + placed.tasks.length || 'none'} (${why}): the rest waits for room; add a host or lower the count`;
}
