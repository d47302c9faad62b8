import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { serviceScaledUp } from '../../api/errors.js';
import { transact } from '../../store/transact.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import type { ServiceRecord } from '../records.js';
import { presentService } from './present-service.js';
import { findActiveService, saveService } from './service-records.js';

/**
 * A service is DRAINING from here on: who drives it stops its tasks, and when the last has stopped it is INACTIVE. One that
 * is scaled above 0 needs `force`. Errors: ClusterNotFoundException, ServiceNotFoundException, ServiceNotActiveException,
 * InvalidParameterException.
 */
export async function deleteService(
  input: OperationInput<'DeleteService'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeleteService'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const record = await transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const before = await findActiveService(draft, cluster, input.service);
    const { service } = before;
    if (service.scheduling === 'REPLICA' && service.desiredCount > 0 && !input.force)
      throw serviceScaledUp(service.name);
    const { setbacks: _, ...rest } = service;
    const after: ServiceRecord = { ...before, service: { ...rest, status: 'DRAINING', desiredCount: 0 } };
    saveService(draft, before, after, ctx.clock());
    return after;
  });
  return { service: await presentService(ctx, record, { tags: true }) };
}
