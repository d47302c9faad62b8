import type { ContainerDefinition } from '../api/types.js';
import type { RestartPolicy } from '../hosts/container-types.js';

/**
 * ECS restarts whatever the exit code, but for those that it is told to ignore; Docker knows all codes, and all but 0.
 * `unless-stopped` and not `always`, which starts again at the engine's next start what was stopped. Pure.
 */
export function restartPolicy({ restartPolicy: policy }: ContainerDefinition): RestartPolicy {
  if (!policy?.enabled) return { Name: 'no' };
  return { Name: policy.ignoredExitCodes?.includes(0) ? 'on-failure' : 'unless-stopped' };
}
