import { capacityProviderArn, capacityProviderName, clusterName } from '../api/arn.js';
import { capacityProviderNotFound, clusterNotFound } from '../api/errors.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { presentCluster } from './clusters.js';
import { keys } from './keys.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord } from './records.js';

/** Those that every account of AWS has; what is asked of them runs on the cluster's own hosts, as EC2 does. */
const PREDEFINED = ['FARGATE', 'FARGATE_SPOT'];

/** ECS's predefined providers; hosts of one's own need none. Others come back as failures with reason MISSING. */
export async function describeCapacityProviders(
  { capacityProviders }: OperationInput<'DescribeCapacityProviders'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeCapacityProviders'>> {
  const asked = capacityProviders?.map(capacityProviderName) ?? PREDEFINED;
  const arn = (name: string) => capacityProviderArn(ctx.identity, name);
  return {
    capacityProviders: PREDEFINED.filter((name) => asked.includes(name)).map((name) => ({
      capacityProviderArn: arn(name),
      name,
      status: 'ACTIVE',
      tags: [],
    })),
    failures: asked
      .filter((name) => !PREDEFINED.includes(name))
      .map((name) => ({ arn: arn(name), reason: 'MISSING' })),
  };
}

/**
 * A cluster of one's own hosts has no capacity providers: none are taken as they are, ECS's predefined ones with a warning,
 * as CreateCluster takes them. The answer is the cluster. Errors: ClusterNotFoundException, InvalidParameterException for
 * any other provider, since nobody can have made it.
 */
export async function putClusterCapacityProviders(
  {
    cluster,
    capacityProviders,
    defaultCapacityProviderStrategy,
  }: OperationInput<'PutClusterCapacityProviders'>,
  ctx: EngineContext,
): Promise<OperationOutput<'PutClusterCapacityProviders'>> {
  const name = clusterName(cluster);
  const record = (await ctx.store.get<ClusterRecord>(keys.cluster(name)))?.value;
  if (record?.status !== 'ACTIVE') throw clusterNotFound(name);
  const inStrategy = defaultCapacityProviderStrategy.map((item) => item.capacityProvider ?? '');
  const asked = [...capacityProviders, ...inStrategy].map(capacityProviderName);
  const unknown = asked.find((provider) => !PREDEFINED.includes(provider));
  if (unknown !== undefined) throw capacityProviderNotFound(unknown);
  for (const provider of new Set(asked)) {
    const message = `${provider} only means something inside AWS and is left out: tasks run on the cluster's own hosts`;
    ctx.emit({ type: 'warning', message });
  }
  return { cluster: await presentCluster(ctx, record, ['SETTINGS', 'TAGS']) };
}
