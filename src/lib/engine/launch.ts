import {
  checkDefaultStrategy,
  checkUsableStrategy,
  filledStrategy,
  type ClusterCapacity,
} from '../api/capacity-providers.js';
import { checkPlatform } from '../api/launch-rules.js';
import type { CapacityProviderStrategyItem, LaunchType } from '../api/types.js';
import type { EngineContext } from './context.js';
import { keys } from './keys.js';
import type { ClusterRecord } from './records.js';

/** What callers say of where tasks are to run. Here it is what tasks and services are shown under, and nothing else. */
interface Asked {
  launchType?: LaunchType | undefined;
  capacityProviderStrategy?: CapacityProviderStrategyItem[] | undefined;
  platformVersion?: string | undefined;
}

export interface Launch {
  launchType: LaunchType;
  /** Takes the launch type's place in answers where it isn't empty. */
  strategy: CapacityProviderStrategyItem[];
}

/**
 * What RunTask and CreateService ask for; where they name neither, by the cluster's default strategy (ECS). Throws
 * InvalidParameterException for a strategy that the cluster can't follow, and a platform that there is none of.
 */
export function chosenLaunch(
  { launchType, capacityProviderStrategy, platformVersion }: Asked,
  { capacityProviders, defaultCapacityProviderStrategy }: ClusterCapacity,
): Launch {
  const given = filledStrategy(capacityProviderStrategy);
  const byDefault =
    given.length > 0 || launchType !== undefined ? [] : filledStrategy(defaultCapacityProviderStrategy);
  if (given.length > 0) checkUsableStrategy(given, capacityProviders);
  if (byDefault.length > 0) checkDefaultStrategy(byDefault);
  const strategy = [...given, ...byDefault];
  const chosen = launchTypeBy(strategy, launchType);
  checkPlatform(platformVersion, chosen);
  return { launchType: chosen, strategy };
}

/** The providers that there are here are Fargate's. */
export const launchTypeBy = (
  strategy: readonly CapacityProviderStrategyItem[] = [],
  launchType: LaunchType = 'EC2',
): LaunchType => (strategy.length > 0 ? 'FARGATE' : launchType);

/** What a cluster says of capacity providers. */
export async function capacityOf(
  { store }: Pick<EngineContext, 'store'>,
  cluster: string,
): Promise<ClusterCapacity> {
  return (await store.get<ClusterRecord>(keys.cluster(cluster)))?.value ?? {};
}

/** Names what of it was given: tasks run on the cluster's own hosts all the same. */
export function warnOfLaunch(
  ctx: EngineContext,
  { launchType = 'EC2', capacityProviderStrategy = [], platformVersion }: Asked,
): void {
  const warn = (message: string) => ctx.emit({ type: 'warning', message });
  if (launchType !== 'EC2') warn(`launchType ${launchType} runs on the cluster's own hosts`);
  if (capacityProviderStrategy.length > 0)
    warn("capacityProviderStrategy is kept and shown; tasks run on the cluster's own hosts");
  if (platformVersion !== undefined) warn('platformVersion is kept and shown, and changes nothing here');
}
