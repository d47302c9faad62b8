import type { EngineEvent } from '../events.js';
import type { ServiceRecord } from './records.js';
import { NO_TASKS } from './deployment-counts.js';
import type { Committed } from './draft-plan.js';

/** How far a service is. */
export function progressOf({
  record: { cluster, service, revisions },
  plan,
  failures,
  counts,
}: Committed): Extract<EngineEvent, { type: 'service-progress' }> {
  return {
    type: 'service-progress',
    cluster,
    service: service.name,
    steady: plan.steady,
    wanted: service.desiredCount,
    deployments: service.deployments.map(({ id, status, rolloutState, failedTasks }) => ({
      id,
      definition: definitionOf(revisions[id]),
      status,
      rolloutState,
      failedTasks,
      ...(counts.get(id) ?? NO_TASKS),
    })),
    unplaced: failures.length,
  };
}

const definitionOf = (revision: ServiceRecord['revisions'][string] | undefined): string =>
  revision === undefined ? '' : `${revision.family}:${revision.revision}`;
