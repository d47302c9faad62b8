import type { Tag } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import type { Terminal } from '../terminal.js';

const columns: Column<Tag>[] = [
  { title: 'tag', of: ({ key }) => key, shrinksTo: 12 },
  { title: 'value', of: ({ value }) => value || undefined, shrinksTo: 12 },
];

export function tagTable(tags: readonly Tag[], terminal: Terminal): string {
  return tags.length > 0 ? peopleTable(columns, tags, terminal) : 'It has no tags.\n';
}
