import { EcsError } from './errors.js';
import { shorten } from './shorten.js';
import type { ClusterSetting } from './types.js';

/** What `containerInsights`, the only setting of a cluster, may be (ECS: ClusterSetting). */
export const insightsValues: readonly string[] = ['enabled', 'disabled', 'enhanced'];

/** Throws InvalidParameterException for a setting without a name, or with a value that ECS doesn't know. */
export function checkClusterSettings(settings: readonly ClusterSetting[] = []): void {
  for (const { name, value = '' } of settings) {
    if (name === undefined) throw new EcsError('InvalidParameterException', 'A cluster setting has no name.');
    if (insightsValues.includes(value)) continue;
    throw new EcsError(
      'InvalidParameterException',
      `The cluster setting ${name} takes ${insightsValues.join(', ')}, not ${shorten(value) || 'nothing'}.`,
    );
  }
}
