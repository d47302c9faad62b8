import type { ContainerInstance, Resource } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import type { Terminal } from '../terminal.js';

const columns: Column<ContainerInstance>[] = [
  { title: 'host', of: (host) => hostName(host), shrinksTo: 8 },
  { title: 'address', of: (host) => attribute(host, 'longshore.host'), shrinksTo: 12, leaves: 2 },
  {
    title: 'status',
    of: (host) => (host.agentConnected === false ? 'UNREACHABLE' : host.status),
    style: (host) => (host.agentConnected === false ? 'red' : host.status === 'ACTIVE' ? 'green' : 'yellow'),
  },
  { title: 'cpu free', of: (host) => share(host, 'CPU'), right: true, leaves: 3 },
  { title: 'mem free', of: (host) => share(host, 'MEMORY'), right: true },
  {
    title: 'tasks',
    of: (host) => String((host.runningTasksCount ?? 0) + (host.pendingTasksCount ?? 0)),
    right: true,
  },
  { title: 'zone', of: (host) => attribute(host, 'ecs.availability-zone'), shrinksTo: 6, leaves: 1 },
];

export function instanceTable(instances: readonly ContainerInstance[], terminal: Terminal): string {
  const byName = [...instances].sort((a, b) =>
    (hostName(a) ?? '').localeCompare(hostName(b) ?? '', undefined, { numeric: true }),
  );
  if (byName.length > 0) return peopleTable(columns, byName, terminal);
  return 'No hosts in this cluster. Add one: longshore register-container-instance --host user@host\n';
}

/** What people call the host: ECS's machine id holds it. */
export const hostName = (instance: ContainerInstance | undefined): string | undefined =>
  instance?.ec2InstanceId;

/** Where published ports of the host are reached. */
export const publishAddress = (instance: ContainerInstance | undefined): string | undefined =>
  instance && attribute(instance, 'longshore.publish-address');

export const attribute = (instance: ContainerInstance, name: string): string | undefined =>
  instance.attributes?.find((each) => each.name === name)?.value;

export function amount(resources: readonly Resource[] | undefined, name: string): number {
  return resources?.find((resource) => resource.name === name)?.integerValue ?? 0;
}

const share = (host: ContainerInstance, name: string): string =>
  `${amount(host.remainingResources, name)}/${amount(host.registeredResources, name)}`;
