import { capacityProviderName } from './arn.js';
import type { CapacityProviderStrategyItem } from './types.js';

/** Those that every account of AWS has; what is asked of them runs on the cluster's own hosts, as EC2 does. */
export const predefinedProviders: readonly string[] = ['FARGATE', 'FARGATE_SPOT'];

/** What a cluster says of capacity providers. */
export interface ClusterCapacity {
  capacityProviders?: string[];
  defaultCapacityProviderStrategy?: CapacityProviderStrategyItem[];
}

/** What of it is kept: the predefined providers, by name. Others can't be there. */
export function keptCapacity(given: {
  capacityProviders?: string[] | undefined;
  defaultCapacityProviderStrategy?: CapacityProviderStrategyItem[] | undefined;
}): ClusterCapacity {
  const isKept = (provider: string | undefined) =>
    provider !== undefined && predefinedProviders.includes(capacityProviderName(provider));
  const capacityProviders = (given.capacityProviders ?? []).filter(isKept).map(capacityProviderName);
  const defaultCapacityProviderStrategy = (given.defaultCapacityProviderStrategy ?? [])
    .filter(({ capacityProvider }) => isKept(capacityProvider))
    .map((item) => ({ ...item, capacityProvider: capacityProviderName(item.capacityProvider ?? '') }));
  return {
    ...(capacityProviders.length > 0 && { capacityProviders }),
    ...(defaultCapacityProviderStrategy.length > 0 && { defaultCapacityProviderStrategy }),
  };
}
