import type { Service } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { age, nameOf } from '../people-words.js';
import type { Terminal } from '../terminal.js';

/** A line for each service. `now` in epoch milliseconds. */
export function serviceTable(services: readonly Service[], terminal: Terminal, now: number): string {
  const columns: Column<Service>[] = [
    { title: 'service', of: (service) => service.serviceName, shrinksTo: 12 },
    {
      title: 'running',
      of: ({ runningCount, desiredCount }) => `${runningCount}/${desiredCount}`,
      right: true,
      style: ({ runningCount = 0, desiredCount = 0 }) => (runningCount < desiredCount ? 'yellow' : undefined),
    },
    { title: 'pending', of: ({ pendingCount }) => String(pendingCount), right: true, leaves: 3 },
    { title: 'definition', of: (service) => nameOf(service.taskDefinition), shrinksTo: 14 },
    {
      title: 'rollout',
      of: (service) => rolloutText(service.deployments?.[0]?.rolloutState),
      style: (service) => rolloutStyle(service.deployments?.[0]?.rolloutState),
    },
    { title: 'kind', of: (service) => service.schedulingStrategy, leaves: 2 },
    { title: 'age', of: (service) => age(service.createdAt, now), right: true, leaves: 1 },
  ];
  return peopleTable(columns, services, terminal);
}

export const rolloutText = (state: string | undefined) => state?.toLowerCase().replace('_', ' ');

export const rolloutStyle = (state: string | undefined) =>
  state === 'FAILED' ? 'red' : state === 'IN_PROGRESS' ? 'yellow' : undefined;
