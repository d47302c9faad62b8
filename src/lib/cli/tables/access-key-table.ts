import type { AccessKeySummary } from '../../api/operation-types.js';
import { type Column, peopleTable } from '../people-table.js';
import { age } from '../people-words.js';
import type { Terminal } from '../terminal.js';

export function accessKeyTable(keys: readonly AccessKeySummary[], terminal: Terminal, now: number): string {
  if (keys.length === 0) return 'There are no access keys. One is made by longshore create-access-key\n';
  const columns: Column<AccessKeySummary>[] = [
    { title: 'access key', of: ({ accessKeyId }) => accessKeyId },
    { title: 'scope', of: ({ scope }) => scope },
    { title: 'made', of: ({ createdAt }) => age(createdAt, now) },
    { title: 'for', of: ({ description = '' }) => description, shrinksTo: 10 },
  ];
  return peopleTable(columns, keys, terminal);
}
