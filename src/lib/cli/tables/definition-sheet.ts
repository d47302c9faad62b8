import type { ContainerDefinition, PortMapping, Tag, TaskDefinition } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { pairsText } from '../people-words.js';
import { heading, indented, sheet } from '../sheet.js';
import type { Terminal } from '../terminal.js';
import { containerDetails, taskFields } from './definition-details.js';

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

/** A task definition for people: in short, or with `now` (epoch milliseconds) all of it. */
export function definitionSheet(
  definition: TaskDefinition,
  terminal: Terminal,
  tags: readonly Tag[] = [],
  now?: number,
): string {
  const fields = sheet(
    [
      ['status', definition.status],
      ['network', definition.networkMode],
      ['cpu', definition.cpu && `${definition.cpu} units`],
      ['memory', definition.memory && `${definition.memory} MiB`],
      ['only on', definition.placementConstraints?.map((constraint) => constraint.expression).join(' && ')],
      ['tags', pairsText(tags)],
      ...(now === undefined ? [] : taskFields(definition, now)),
    ],
    terminal,
  );
  const list = peopleTable(containers, definition.containerDefinitions ?? [], {
    ...terminal,
    width: () => terminal.width() - 2,
  });
  const title = heading(`${definition.family}:${definition.revision}`, terminal);
  const details =
    now === undefined
      ? []
      : (definition.containerDefinitions ?? []).map((container) => containerDetails(container, terminal));
  return `${title}${indented(fields)}${indented(list)}${details.map(below).join('')}`;
}

const below = (text: string): string => (text === '' ? '' : `\n${text}`);

const portText = ({ containerPort, containerPortRange, hostPort, protocol }: PortMapping): string =>
  `${hostPort ? `${hostPort}:` : ''}${containerPort ?? containerPortRange}${protocol === 'udp' ? '/udp' : ''}`;
