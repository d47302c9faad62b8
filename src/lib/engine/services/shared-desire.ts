import type { Deployment } from '../../services/types.js';
import type { TaskCounts } from './present-service.js';

/**
 * How many tasks each deployment is to have at this moment, as ECS tells it (aws-cli examples, update-service: a deployment
 * that has just begun has 0, and that before it all): those before PRIMARY what they still have, and PRIMARY the rest, or what it
 * has been given already.
 */
export function sharedDesire(
  deployments: readonly Pick<Deployment, 'id' | 'status'>[],
  desiredCount: number,
  counts: ReadonlyMap<string, TaskCounts>,
): Map<string, number> {
  const has = (id: string) => {
    const { running = 0, pending = 0 } = counts.get(id) ?? {};
    return running + pending;
  };
  const others = deployments.filter(({ status }) => status !== 'PRIMARY');
  const left = others.reduce((total, { id }) => total + has(id), 0);
  return new Map(
    deployments.map(({ id, status }) => [
      id,
      status === 'PRIMARY' ? Math.min(desiredCount, Math.max(has(id), desiredCount - left)) : has(id),
    ]),
  );
}
