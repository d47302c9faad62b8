import type { OperationOutput } from '../../api/operations.js';
import { clusterFlag } from '../cluster-flag.js';
import { type Column, peopleTable } from '../people-table.js';
import { clean } from '../terminal-text.js';
import type { Terminal } from '../terminal.js';
import { rolloutStyle, rolloutText } from './service-table.js';

type Reconciled = OperationOutput<'Reconcile'>['clusters'][number];

const columns: Column<Reconciled>[] = [
  { title: 'cluster', of: (each) => each.clusterName, shrinksTo: 12 },
  { title: 'running', of: (each) => String(each.runningTasksCount), right: true },
  { title: 'settled', of: (each) => String(each.settledTasks.length), right: true, leaves: 3 },
  { title: 'strays removed', of: (each) => String(each.removedStrays), right: true, leaves: 2 },
  { title: 'images removed', of: (each) => String(each.removedImages), right: true, leaves: 1 },
  {
    title: 'unreachable',
    of: (each) => each.unreachableHosts.join(' ') || undefined,
    shrinksTo: 12,
    style: (each) => (each.unreachableHosts.length > 0 ? 'red' : undefined),
  },
];

type Kept = Reconciled['services'][number] & { clusterName: string };

const serviceColumns = (clusters: number): Column<Kept>[] => [
  ...(clusters > 1 ? [{ title: 'cluster', of: (each: Kept) => each.clusterName, shrinksTo: 12 }] : []),
  { title: 'service', of: (each) => each.serviceName, shrinksTo: 12 },
  {
    title: 'running',
    of: (each) => `${each.runningCount}/${each.desiredCount}`,
    right: true,
    style: (each) => (each.runningCount < each.desiredCount ? 'yellow' : undefined),
  },
  { title: 'pending', of: (each) => String(each.pendingCount), right: true },
  {
    title: 'rollout',
    of: (each) => rolloutText(each.rolloutState),
    style: (each) => rolloutStyle(each.rolloutState),
  },
];

/** What a pass of `reconcile` found and did, and what goes on with deployments that it has left half-way. */
export function reconcileTable(clusters: readonly Reconciled[], terminal: Terminal): string {
  if (clusters.length === 0) return 'There are no clusters.\n';
  const services = clusters.flatMap(({ clusterName, services: kept }) =>
    kept.map((service) => ({ ...service, clusterName })),
  );
  const table = peopleTable(columns, clusters, terminal);
  if (services.length === 0) return table;
  return `${table}\n${peopleTable(serviceColumns(clusters.length), services, terminal)}${nextSteps(clusters)}`;
}

function nextSteps(clusters: readonly Reconciled[]): string {
  return clusters
    .map(({ clusterName, services }) => {
      const names = services
        .filter(({ rolloutState }) => rolloutState === 'IN_PROGRESS')
        .map(({ serviceName }) => clean(serviceName));
      if (names.length === 0) return '';
      const are = names.length === 1 ? 'is' : 'are';
      const verb = `longshore wait services-stable${clusterFlag(clusterName)} --services ${names.join(' ')}`;
      return `\n${names.join(', ')} ${are} half-way through a deployment: ${verb} goes on with it, and so does the next pass.\n`;
    })
    .join('');
}
