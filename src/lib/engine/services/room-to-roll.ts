import { EcsError } from '../../api/errors.js';
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
  const { minimumHealthyPercent: least, maximumPercent: most } = service;
  const half = Math.floor((100 * (lower - 1)) / service.desiredCount);
  throw new EcsError(
    'InvalidParameterException',
    `No task can be replaced: ${failure.detail ?? failure.reason}, and ${least}/${most} % leaves no room to roll.`,
    `Add a host, ${failure.reason === 'RESOURCE:PORTS' ? 'use a dynamic port, ' : ''}or set minimumHealthyPercent=${Math.min(50, half)}`,
  );
}
