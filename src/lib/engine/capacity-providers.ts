import { capacityProviderArn, capacityProviderName } from '../api/arn.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { EngineContext } from './context.js';

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
