import type { Cluster } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { pairsText } from '../people-words.js';
import { clean } from '../terminal-text.js';
import type { Terminal } from '../terminal.js';

const columns: Column<Cluster>[] = [
  { title: 'cluster', of: (c) => c.clusterName, shrinksTo: 12 },
  { title: 'status', of: (c) => c.status },
  { title: 'hosts', of: (c) => String(c.registeredContainerInstancesCount ?? 0), right: true },
  { title: 'running', of: (c) => String(c.runningTasksCount ?? 0), right: true },
  { title: 'pending', of: (c) => String(c.pendingTasksCount ?? 0), right: true, leaves: 2 },
  { title: 'services', of: (c) => String(c.activeServicesCount ?? 0), right: true, leaves: 1 },
];

export function clusterTable(clusters: readonly Cluster[], terminal: Terminal): string {
  if (clusters.length > 0) return peopleTable(columns, clusters, terminal);
  return 'No clusters. Make one: longshore create-cluster --cluster-name default --hosts user@host ...\n';
}

/** A line each for what a cluster's answer has of its network, settings and tags. */
export function clusterExtras(cluster: Cluster): string {
  const { clusterName = '', settings = [], tags = [], attachments = [] } = cluster;
  const network = attachments.find(({ type }) => type === 'network')?.details;
  const lines = [
    network && `network of ${clusterName}: ${pairsText(network)}`,
    settings.length > 0 && `settings of ${clusterName}: ${pairsText(settings)}`,
    tags.length > 0 && `tags of ${clusterName}: ${pairsText(tags)}`,
  ];
  return lines.map((line) => (!line ? '' : `${clean(line)}\n`)).join('');
}
