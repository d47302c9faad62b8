import { capacityProviderArn, capacityProviderName, clusterName } from '../api/arn.js';
import { clusterCapacity, predefinedProviders } from '../api/capacity-providers.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { transact } from '../store/transact.js';
import { checkActive, presentCluster, warnOfCapacity } from './clusters.js';
import { keys, putCluster } from './keys.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord } from './records.js';

/** ECS's predefined providers; hosts of one's own need none. Others come back as failures with reason MISSING. */
export async function describeCapacityProviders(
  { capacityProviders }: OperationInput<'DescribeCapacityProviders'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeCapacityProviders'>> {
  const asked = capacityProviders?.map(capacityProviderName) ?? predefinedProviders;
  const arn = (name: string) => capacityProviderArn(ctx.identity, name);
  return {
    capacityProviders: predefinedProviders
      .filter((name) => asked.includes(name))
      .map((name) => ({
        capacityProviderArn: arn(name),
        name,
        status: 'ACTIVE',
        tags: [],
      })),
    failures: asked
      .filter((name) => !predefinedProviders.includes(name))
      .map((name) => ({ arn: arn(name), reason: 'MISSING' })),
  };
}

/**
 * What tools put on each cluster is kept and shown, as CreateCluster does, so that they find it again: ECS's predefined
 * providers. Tasks run on the cluster's own hosts all the same, of which a warning tells. The answer is the cluster.
 * Errors: ClusterNotFoundException, InvalidParameterException for any other provider, since nobody can have made it, and
 * for a strategy of providers that aren't the cluster's.
 */
export async function putClusterCapacityProviders(
  input: OperationInput<'PutClusterCapacityProviders'>,
  ctx: EngineContext,
): Promise<OperationOutput<'PutClusterCapacityProviders'>> {
  const name = clusterName(input.cluster);
  const cluster = await transact(ctx.store, ctx, async (draft) => {
    const record = await draft.get<ClusterRecord>(keys.cluster(name));
    checkActive(record, name);
    const { capacityProviders: _, defaultCapacityProviderStrategy: __, ...rest } = record;
    const changed = { ...rest, ...clusterCapacity(input) };
    draft.put(putCluster(changed));
    return changed;
  });
  warnOfCapacity(ctx, input);
  return { cluster: await presentCluster(ctx, cluster, ['SETTINGS', 'TAGS']) };
}
