import type { Draft } from '../../store/transact.js';
import { keys } from '../keys.js';
import type { TaskRecord } from '../records.js';
import type { PastDeploymentRecord, ServiceRecord } from './records.js';

/**
 * Tasks in the group of a service that another state's service of that name has started, on the same hosts: each would
 * stop what the other starts. Those of deployments that this one had before are its own, whoever found them.
 */
export async function foreignTasks(
  draft: Pick<Draft, 'peek'>,
  { cluster, service }: ServiceRecord,
  tasks: readonly TaskRecord[],
): Promise<TaskRecord[]> {
  const present = new Set(service.deployments.map(({ id }) => id));
  const unknown = tasks.filter(({ adopted, startedBy = '' }) => adopted && !present.has(startedBy));
  if (unknown.length === 0) return [];
  const past = await draft.peek<PastDeploymentRecord>({
    prefix: keys.pastDeployments(cluster, service.name),
  });
  const had = new Set(past.map(({ value }) => value.deployment.id));
  return unknown.filter(({ startedBy = '' }) => !had.has(startedBy) && startedBy.startsWith('ecs-svc/'));
}
