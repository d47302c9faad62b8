import { type Column, peopleTable } from '../people-table.js';
import { nameOf } from '../people-words.js';
import type { Terminal } from '../terminal.js';

/** By ARN, which says it all; as it is typed. */
const columns: Column<string>[] = [{ title: 'definition', of: nameOf, shrinksTo: 20 }];

export function definitionTable(arns: readonly string[], terminal: Terminal): string {
  return arns.length > 0 ? peopleTable(columns, arns, terminal) : none;
}

export function familyTable(families: readonly string[], terminal: Terminal): string {
  const column: Column<string> = { title: 'family', of: (family) => family };
  return families.length > 0 ? peopleTable([column], families, terminal) : none;
}

const none =
  'No task definitions. Add one: longshore register-task-definition --cli-input-json file://taskdef.json\n';
