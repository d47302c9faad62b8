import type { PlannedMove } from '../../api/service-types.js';
import { type Column, peopleTable } from '../people-table.js';
import { nameOf } from '../people-words.js';
import type { Terminal } from '../terminal.js';

const columns: Column<PlannedMove>[] = [
  { title: 'service', of: ({ serviceName }) => serviceName, shrinksTo: 12 },
  { title: 'task', of: ({ taskArn }) => nameOf(taskArn).slice(0, 8) },
  { title: 'from', of: ({ from }) => from, shrinksTo: 8 },
  { title: 'to', of: ({ to }) => to, shrinksTo: 8 },
  { title: 'volumes left', of: ({ volumesLeft = [] }) => volumesLeft.join(' '), shrinksTo: 10, leaves: 1 },
  { title: 'why not', of: ({ why }) => why, shrinksTo: 16 },
];

/** Tasks that move to other hosts. */
export const moveTable = (moves: readonly PlannedMove[], terminal: Terminal): string =>
  peopleTable(
    columns.filter((column) => !/^(why|vol)/.test(column.title) || moves.some((move) => column.of(move))),
    moves,
    terminal,
  );
