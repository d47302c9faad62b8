import type { SecretSummary } from '../../api/operation-types.js';
import { type Column, peopleTable } from '../people-table.js';
import { age } from '../people-words.js';
import type { Terminal } from '../terminal.js';

export function secretTable(secrets: readonly SecretSummary[], terminal: Terminal, now: number): string {
  if (secrets.length === 0)
    return 'No secrets are kept. One is put in place by longshore put-secret --name NAME\n';
  const columns: Column<SecretSummary>[] = [
    { title: 'secret', of: ({ name }) => name, shrinksTo: 16 },
    { title: 'put', of: ({ updatedAt }) => age(updatedAt, now) },
  ];
  return peopleTable(columns, secrets, terminal);
}
