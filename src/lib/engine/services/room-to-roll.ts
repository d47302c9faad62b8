import { EcsError } from '../../api/errors.js';
import type { Failure } from '../../api/types.js';
import { boundsOf } from '../../services/bounds.js';
import { useOf } from '../../services/health.js';
import type { Draft } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import { indexes } from '../keys.js';
import { newTask } from '../new-task.js';
import { pickPlaces } from '../place.js';
import type { DefinitionRecord, TaskRecord } from '../records.js';
import type { ServiceRecord } from './records.js';
import { serviceTask } from './observed.js';
import { wishFor } from './plan-service.js';

/**
 * Refuses a deployment that could neither start a task (no host has room for one more) nor stop one (that would leave fewer
 * than minimumHealthyPercent): it would stand still for ever, as it does in ECS. Throws InvalidParameterException.
 */
export async function checkRoomToRoll(
  ctx: EngineContext,
  draft: Draft,
  record: ServiceRecord,
  definition: DefinitionRecord,
): Promise<void> {
  const { cluster, service } = record;
  if (service.scheduling === 'DAEMON' || service.desiredCount === 0) return;
  const entries = await draft.peek<TaskRecord>({ index: indexes.serviceTasks(cluster, service.name) });
  const times = { ...service, ...ctx.settings };
  const up = entries.filter(({ value }) => useOf(serviceTask(value), times, ctx.clock()) !== 'none').length;
  const { lower } = boundsOf(service, service.desiredCount);
  if (up === 0 || up > lower) return;
  const wish = wishFor(ctx, record, definition);
  const task = newTask(ctx, wish, { group: `service:${service.name}` });
  const { placed } = await pickPlaces(ctx, draft, wish, [task]);
  const [failure] = placed.failures;
  if (failure === undefined || failure.reason === 'AGENT') return;
  const { why, remedy } = lackOfRoomToRoll(record, failure);
  throw new EcsError('InvalidParameterException', `No task can be replaced: ${why}.`, `Add a host${remedy}`);
}

/** What stands in the way of each deployment of a service where no host has room for one more task, and what helps. */
export function lackOfRoomToRoll(
  { cluster, service }: ServiceRecord,
  { reason = '', detail = reason }: Failure,
): { why: string; remedy: string } {
  const { name, minimumHealthyPercent: least, maximumPercent: most, desiredCount } = service;
  const { lower } = boundsOf(service, desiredCount);
  const half = Math.floor((100 * (lower - 1)) / desiredCount);
  const update = `longshore update-service --cluster ${cluster} --service ${name}`;
  const port = reason === 'RESOURCE:PORTS' ? ', use a dynamic port' : '';
  return {
    why: `${detail}, and ${least}/${most} % leaves no room to roll`,
    remedy: `${port}, or let fewer be up meanwhile: ${update} --deployment-configuration minimumHealthyPercent=${Math.min(50, half)}`,
  };
}
