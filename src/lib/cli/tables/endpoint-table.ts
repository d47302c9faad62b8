import type { ServiceEndpoint } from '../../api/service-types.js';
import { type Column, peopleTable } from '../people-table.js';
import { nameOf } from '../people-words.js';
import type { Terminal } from '../terminal.js';

const columns: Column<ServiceEndpoint>[] = [
  { title: 'endpoint', of: ({ address, port }) => `${address}:${port}` },
  {
    title: 'healthy',
    of: ({ healthy }) => (healthy ? 'yes' : 'no'),
    style: ({ healthy }) => (healthy ? 'green' : 'yellow'),
  },
  {
    title: 'container',
    of: (one) => `${one.containerName}:${one.containerPort}/${one.protocol}`,
    shrinksTo: 12,
  },
  { title: 'host', of: ({ host }) => host, shrinksTo: 8 },
  { title: 'task', of: ({ taskArn }) => nameOf(taskArn).slice(0, 8), leaves: 1 },
  { title: 'state', of: ({ lastStatus }) => lastStatus, leaves: 2 },
];

export const endpointTable = (endpoints: readonly ServiceEndpoint[], terminal: Terminal): string =>
  endpoints.length === 0 ? 'no task listens on a port\n' : peopleTable(columns, endpoints, terminal);
