import type { Cluster } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import type { Terminal } from '../terminal.js';

const columns: Column<Cluster>[] = [
  { title: 'cluster', of: (c) => c.clusterName, shrinksTo: 12 },
  { title: 'status', of: (c) => c.status },
  { title: 'hosts', of: (c) => String(c.registeredContainerInstancesCount ?? 0), right: true },
  { title: 'running', of: (c) => String(c.runningTasksCount ?? 0), right: true },
  { title: 'pending', of: (c) => String(c.pendingTasksCount ?? 0), right: true },
  { title: 'services', of: (c) => String(c.activeServicesCount ?? 0), right: true },
];

export function clusterTable(clusters: readonly Cluster[], terminal: Terminal): string {
  if (clusters.length > 0) return peopleTable(columns, clusters, terminal);
  return 'No clusters. Make one: longshore create-cluster --cluster-name default --hosts user@host ...\n';
}
