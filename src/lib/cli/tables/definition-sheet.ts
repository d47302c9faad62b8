import type { ContainerDefinition, PortMapping, Tag, TaskDefinition } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { pairsText } from '../people-words.js';
import { heading, indented, sheet } from '../sheet.js';
import type { Terminal } from '../terminal.js';

const containers: Column<ContainerDefinition>[] = [
  { title: 'container', of: (container) => container.name, shrinksTo: 10 },
  { title: 'image', of: (container) => container.image, shrinksTo: 14 },
  { title: 'cpu', of: (container) => (container.cpu ?? 0).toString(), right: true, leaves: 2 },
  {
    title: 'mem',
    leaves: 3,
    of: (container) => (container.memoryReservation ?? container.memory)?.toString(),
    right: true,
  },
  {
    title: 'ports',
    of: (container) => container.portMappings?.map(portText).join(' ') || undefined,
    shrinksTo: 8,
  },
  { title: 'essential', of: (container) => (container.essential === false ? 'no' : 'yes'), leaves: 1 },
];

/** A task definition in short for people; all of it is in --output json. */
export function definitionSheet(
  definition: TaskDefinition,
  terminal: Terminal,
  tags: readonly Tag[] = [],
): string {
  const fields = sheet(
    [
      ['status', definition.status],
      ['network', definition.networkMode],
      ['cpu', definition.cpu && `${definition.cpu} units`],
      ['memory', definition.memory && `${definition.memory} MiB`],
      ['only on', definition.placementConstraints?.map((constraint) => constraint.expression).join(' && ')],
      ['tags', pairsText(tags)],
    ],
    terminal,
  );
  const list = peopleTable(containers, definition.containerDefinitions ?? [], {
    ...terminal,
    width: () => terminal.width() - 2,
  });
  const title = heading(`${definition.family}:${definition.revision}`, terminal);
  return `${title}${indented(fields)}${indented(list)}`;
}

const portText = ({ containerPort, hostPort, protocol }: PortMapping): string =>
  `${hostPort ? `${hostPort}:` : ''}${containerPort}${protocol === 'udp' ? '/udp' : ''}`;
