import type { ProtectedTask } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { localTime, nameOf } from '../people-words.js';
import type { Terminal } from '../terminal.js';

const columns: Column<ProtectedTask>[] = [
  { title: 'task', of: ({ taskArn }) => nameOf(taskArn).slice(0, 8) },
  { title: 'protected', of: ({ protectionEnabled }) => (protectionEnabled ? 'yes' : 'no') },
  { title: 'until', of: ({ expirationDate }) => expirationDate && localTime(expirationDate), leaves: 1 },
];

/** Which tasks are protected, and until when. */
export const protectionTable = (tasks: readonly ProtectedTask[], terminal: Terminal): string =>
  tasks.length === 0 ? 'no task is protected\n' : peopleTable(columns, tasks, terminal);
