import type { PlacementStrategy } from '../api/types.js';
import type { InstanceView, PlacementRequest } from './types.js';

/** A placement strategy that isn't one of ECS's. */
export class InvalidStrategy extends Error {
  override name = 'InvalidStrategy';
}

/**
 * One step of a chain, as a key of which the smallest is best. An `own` key changes only with tasks of the instance
 * itself; a `shared` one is the number of the group's tasks on all instances with the same value of an attribute.
 */
export type Step = { own: (instance: InstanceView) => number } | { shared: string };

/** Instances are compared by the steps from left to right; `random` picks among those that are equal in all. */
export interface Chain {
  steps: readonly Step[];
  random: boolean;
}

/**
 * The strategies of a request, chained: each only decides among what those before it leave equal, and nothing is left
 * to decide after `random`. None at all is `random`, as for ECS's RunTask. Throws InvalidStrategy.
 * Source: PlacementStrategy of the ECS API model; spread counts the tasks of the same group.
 */
export function chainOf({ strategy, group }: Pick<PlacementRequest, 'strategy' | 'group'>): Chain {
  const end = strategy.findIndex(({ type }) => type === 'random');
  return {
    steps: strategy.slice(0, end < 0 ? undefined : end).map((one) => stepOf(one, group)),
    random: end >= 0 || strategy.length === 0,
  };
}

function stepOf({ type, field = '' }: PlacementStrategy, group: string): Step {
  const name = field.toLowerCase();
  if (type === 'binpack' && name === 'cpu') return { own: (instance) => instance.remaining.cpu };
  if (type === 'binpack' && name === 'memory') return { own: (instance) => instance.remaining.memory };
  if (type === 'binpack')
    throw new InvalidStrategy(`binpack works by cpu or memory, not by ${field || 'nothing'}.`);
  if (type !== 'spread')
    throw new InvalidStrategy(`${type} is not a placement strategy: use spread, binpack or random.`);
  if (name === 'instanceid' || name === 'host')
    return { own: (instance) => instance.tasksByGroup.get(group) ?? 0 };
  if (/^attribute:./.test(field)) return { shared: field.slice('attribute:'.length) };
  throw new InvalidStrategy(
    `spread works over instanceId, host or attribute:NAME, not over ${field || 'nothing'}.`,
  );
}
