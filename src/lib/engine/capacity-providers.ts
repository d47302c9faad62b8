import { capacityProviderArn, capacityProviderName } from '../api/arn.js';
import { predefinedProviders } from '../api/capacity-providers.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { EngineContext } from './context.js';

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
