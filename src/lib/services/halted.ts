import type { Deployment, Service } from './types.js';

/**
 * A user has stopped the PRIMARY deployment where it was (ABORT): what there is of it and of earlier ones stays, up to the upper
 * bound, until the next update.
 */
export const isHalted = ({ deployments: [primary] }: Pick<Service, 'deployments'>): boolean =>
  primary?.rolloutState === 'FAILED' && primary.outcome === 'STOPPED' && !primary.tripped;

/**
 * The deployment whose tasks are started where some lack: the PRIMARY one, and where that was stopped by a user the last that had
 * completed. undefined: it has failed, or there was none before it, so nothing is started.
 */
export function startedDeployment(service: Pick<Service, 'deployments'>): Deployment | undefined {
  const [primary, ...others] = service.deployments;
  if (primary?.rolloutState !== 'FAILED') return primary;
  return isHalted(service) ? others.find(hasCompleted) : undefined;
}

/**
 * It was steady once, so it is known to work: what a deployment that fails goes back to. One that is rolled back to is IN
 * PROGRESS again, but that it succeeded stays on record.
 */
export const hasCompleted = ({ rolloutState, outcome }: Deployment): boolean =>
  rolloutState === 'COMPLETED' || outcome === 'SUCCESSFUL';
