import type { Attribute, ContainerInstance } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { nameOf } from '../people-words.js';
import type { Terminal } from '../terminal.js';
import { hostName } from './instance-table.js';

/** Attributes with the names of their hosts; `instances` by ARN. */
export function attributeTable(
  attributes: readonly Attribute[],
  instances: ReadonlyMap<string, ContainerInstance>,
  terminal: Terminal,
): string {
  const columns: Column<Attribute>[] = [
    {
      title: 'host',
      of: ({ targetId = '' }) => hostName(instances.get(targetId)) ?? nameOf(targetId),
      shrinksTo: 8,
    },
    { title: 'attribute', of: ({ name }) => name, shrinksTo: 20 },
    { title: 'value', of: ({ value }) => value, shrinksTo: 12 },
  ];
  return peopleTable(columns, attributes, terminal);
}
