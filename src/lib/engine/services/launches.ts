import { providersOfTasks } from '../../api/capacity-providers.js';
import { launchTypeBy } from '../launch.js';
import type { TaskInput } from '../new-task.js';
import type { TaskRecord } from '../records.js';
import type { RevisionRecord } from './records.js';

/** What each of so many new tasks of a revision is shown under, beside those of it that are there. Pure. */
export function launchesOf(
  revision: Pick<RevisionRecord, 'launchType' | 'settings'> | undefined,
  count: number,
  there: readonly Pick<TaskRecord, 'capacityProvider'>[],
): Pick<TaskInput, 'launchType' | 'capacityProvider' | 'platformVersion'>[] {
  const { capacityProviderStrategy: strategy = [], platformVersion } = revision?.settings ?? {};
  const launchType = launchTypeBy(strategy, revision?.launchType);
  const taken = there.map(({ capacityProvider }) => capacityProvider);
  const providers = providersOfTasks(strategy, count, taken);
  return Array.from({ length: count }, (_, i) => ({
    launchType,
    capacityProvider: providers[i],
    platformVersion,
  }));
}

/** Those of a deployment that are to run. */
export const tasksOf = (
  deployment: string | undefined,
  tasks: ReadonlyMap<string, TaskRecord>,
): TaskRecord[] =>
  [...tasks.values()].filter(
    ({ startedBy, desiredStatus }) => startedBy === deployment && desiredStatus === 'RUNNING',
  );
