import { capacityProviderName } from './arn.js';
import { capacityProviderNotFound, EcsError } from './errors.js';
import type { CapacityProviderStrategyItem } from './types.js';

/** Those that every account of AWS has; what is asked of them runs on the cluster's own hosts, as EC2 does. */
export const predefinedProviders: readonly string[] = ['FARGATE', 'FARGATE_SPOT'];

/** What a cluster says of capacity providers. */
export interface ClusterCapacity {
  capacityProviders?: string[];
  defaultCapacityProviderStrategy?: CapacityProviderStrategyItem[];
}

/** A strategy as ECS answers with it: providers by their names, weight and base 0 where they weren't given. */
export function filledStrategy(
  items: readonly CapacityProviderStrategyItem[] = [],
): CapacityProviderStrategyItem[] {
  return items.map(({ capacityProvider = '', weight = 0, base = 0 }) => ({
    capacityProvider: capacityProviderName(capacityProvider),
    weight,
    base,
  }));
}

/** As callers give it, and as older states have it. */
interface GivenCapacity {
  capacityProviders?: string[] | undefined;
  defaultCapacityProviderStrategy?: CapacityProviderStrategyItem[] | undefined;
}

/** What is given for a cluster, in the form in which it is kept. Pure. */
export function keptCapacity(given: GivenCapacity): ClusterCapacity {
  const capacityProviders = (given.capacityProviders ?? []).map(capacityProviderName);
  const strategy = filledStrategy(given.defaultCapacityProviderStrategy);
  return {
    ...(capacityProviders.length > 0 && { capacityProviders }),
    ...(strategy.length > 0 && { defaultCapacityProviderStrategy: strategy }),
  };
}

/**
 * What CreateCluster and PutClusterCapacityProviders put on a cluster, as it is kept. Throws InvalidParameterException for
 * a provider that nobody can have made, and for a strategy that no cluster can have.
 */
export function clusterCapacity(given: GivenCapacity): ClusterCapacity {
  const kept = keptCapacity(given);
  const { capacityProviders = [], defaultCapacityProviderStrategy: strategy = [] } = kept;
  const unknown = [...capacityProviders, ...namesIn(strategy)].find(
    (name) => !predefinedProviders.includes(name),
  );
  if (unknown !== undefined) throw capacityProviderNotFound(unknown);
  checkStrategy(strategy, capacityProviders);
  return kept;
}

const namesIn = (strategy: readonly CapacityProviderStrategyItem[]) =>
  strategy.map(({ capacityProvider = '' }) => capacityProvider);

/** Throws InvalidParameterException for a strategy by which a cluster of these providers can't start tasks. */
export function checkUsableStrategy(
  strategy: readonly CapacityProviderStrategyItem[],
  providers: readonly string[] = [],
): void {
  checkStrategy(strategy, providers);
  if (hasWeight(strategy)) return;
  // AWS's own text begins so.
  throw invalid(
    'There are no capacity providers with a weight value greater than zero in the capacity provider strategy.',
    'Give one a weight: capacityProvider=FARGATE,weight=1',
  );
}

/**
 * Throws InvalidParameterException for a cluster's default strategy by which no tasks can be started. Its providers are the
 * cluster's: older states have strategies of others, by which tasks are to start as before.
 */
export function checkDefaultStrategy(strategy: readonly CapacityProviderStrategyItem[]): void {
  checkStrategy(strategy, namesIn(strategy));
  if (hasWeight(strategy)) return;
  // AWS's own text.
  throw invalid(
    "There are no capacity providers with a weight value greater than zero defined in the default capacity provider strategy. At least one capacity provider must have a weight value greater than zero specified. Update the cluster's default capacity provider strategy or specify a valid capacity provider strategy and try again.",
    'longshore put-cluster-capacity-providers changes it',
  );
}

const hasWeight = (strategy: readonly CapacityProviderStrategyItem[]) =>
  strategy.some(({ weight = 0 }) => weight > 0);

/** The ranges are those of ECS's API model (CapacityProviderStrategyItem); the wording of what concerns them is ours. */
function checkStrategy(
  strategy: readonly CapacityProviderStrategyItem[],
  providers: readonly string[],
): void {
  const stranger = strategy.find(({ capacityProvider = '' }) => !providers.includes(capacityProvider));
  if (stranger !== undefined)
    // AWS's own text, as users of it have pasted it.
    throw invalid(
      'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.',
      'longshore put-cluster-capacity-providers associates FARGATE and FARGATE_SPOT; without a strategy tasks run on your hosts just as well',
    );
  for (const { capacityProvider = '', weight = 0, base = 0 } of strategy) {
    if (weight < 0 || weight > 1000)
      throw invalid(`The weight of ${capacityProvider} must be 0 to 1000, but was ${weight}.`);
    if (base < 0 || base > 100_000)
      throw invalid(`The base of ${capacityProvider} must be 0 to 100000, but was ${base}.`);
  }
  if (strategy.filter(({ base = 0 }) => base > 0).length > 1)
    throw invalid('Only one capacity provider of a strategy can have a base.');
}

/**
 * The provider of each of so many new tasks, beside those that are there: first whoever lacks its base, then whoever is
 * furthest behind its share of the weights (ECS's API model, CapacityProviderStrategyItem).
 */
export function providersOfTasks(
  strategy: readonly CapacityProviderStrategyItem[],
  count: number,
  there: readonly (string | undefined)[] = [],
): string[] {
  const chosen: string[] = [];
  const counts = new Map<string | undefined, number>();
  const add = (name: string | undefined) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const name of there) add(name);
  const has = ({ capacityProvider }: CapacityProviderStrategyItem) => counts.get(capacityProvider) ?? 0;
  const share = (item: CapacityProviderStrategyItem) =>
    (has(item) - (item.base ?? 0) + 1) / (item.weight ?? 0);
  const weighted = strategy.filter(({ weight = 0 }) => weight > 0);
  while (chosen.length < count) {
    const next =
      strategy.find((item) => has(item) < (item.base ?? 0)) ??
      weighted.toSorted((one, other) => share(one) - share(other))[0];
    if (next?.capacityProvider === undefined) break;
    chosen.push(next.capacityProvider);
    add(next.capacityProvider);
  }
  return chosen;
}

const invalid = (message: string, remedy?: string) =>
  new EcsError('InvalidParameterException', message, remedy);
