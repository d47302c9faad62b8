import type { ContainerInstance } from '../../api/types.js';
import { moment, nameOf, pairsText } from '../people-words.js';
import { heading, indented, sheet } from '../sheet.js';
import type { Terminal } from '../terminal.js';
import { amount, attribute, hostName } from './instance-table.js';

/** One host in detail for people; `now` in epoch milliseconds. */
export function instanceSheet(instance: ContainerInstance, terminal: Terminal, now: number): string {
  const free = (name: string, unit: string) =>
    `${amount(instance.remainingResources, name)} of ${amount(instance.registeredResources, name)} ${unit} free`;
  const ports = instance.remainingResources?.find(({ name }) => name === 'PORTS')?.stringSetValue ?? [];
  const fields = sheet(
    [
      ['id', nameOf(instance.containerInstanceArn)],
      ['status', instance.status],
      ['answers', instance.agentConnected === false ? 'no' : 'yes'],
      ['address', attribute(instance, 'longshore.host')],
      ['published on', attribute(instance, 'longshore.publish-address')],
      ['zone', attribute(instance, 'ecs.availability-zone')],
      ['cpu', free('CPU', 'units')],
      ['memory', free('MEMORY', 'MiB')],
      ['ports in use', ports.join(' ')],
      ['tasks', `${instance.runningTasksCount ?? 0} running, ${instance.pendingTasksCount ?? 0} pending`],
      ['engine', instance.versionInfo?.dockerVersion?.replace('DockerVersion: ', 'Docker ')],
      ['registered', moment(instance.registeredAt, now)],
      ['attributes', ownAttributes(instance)],
      ['tags', pairsText(instance.tags ?? [])],
    ],
    terminal,
  );
  return `${heading(hostName(instance) ?? nameOf(instance.containerInstanceArn), terminal)}${indented(fields)}`;
}

/** Not the capabilities, of which every host has twenty. */
function ownAttributes({ attributes = [] }: ContainerInstance): string {
  return pairsText(
    attributes.filter(({ name = '' }) => !/capability|^longshore\.|availability-zone/.test(name)),
  );
}
