import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { serviceScaledUp } from '../../api/service-errors.js';
import { transact } from '../../store/transact.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import type { ServiceRecord } from './records.js';
import { presentService } from './present-service.js';
import { findService, saveService } from './service-records.js';

/**
 * A service is DRAINING from here on: who drives it stops its tasks, and when the last has stopped it is INACTIVE. One that
 * is scaled above 0 needs `force`. One that is DRAINING or INACTIVE already is returned as it is (ECS: aws-cli 1334; its
 * model has no ServiceNotActiveException here). Errors: ClusterNotFoundException, ServiceNotFoundException,
 * InvalidParameterException.
 */
export async function deleteService(
  input: OperationInput<'DeleteService'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeleteService'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const record = await transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const before = await findService(draft, cluster, input.service);
    const { service } = before;
    if (service.status !== 'ACTIVE') return before;
    if (service.scheduling === 'REPLICA' && service.desiredCount > 0 && !input.force)
      throw serviceScaledUp(service.name);
    const { setbacks: _, ...rest } = service;
    const after: ServiceRecord = { ...before, service: { ...rest, status: 'DRAINING', desiredCount: 0 } };
    saveService(draft, before, after, ctx.clock());
    return after;
  });
  return { service: await presentService(ctx, record, { tags: true }) };
}
