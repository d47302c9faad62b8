import type { PushedHost, PushImageResponse } from '../../api/operation-types.js';
import { type Column, peopleTable } from '../people-table.js';
import { bytes } from '../people-words.js';
import type { Terminal } from '../terminal.js';

type Row = PushedHost & { image: string };

const words: Record<PushedHost['status'], string> = {
  PUSHED: 'pushed',
  PRESENT: 'there already',
  FAILED: 'failed',
};

const columns: Column<Row>[] = [
  { title: 'image', of: (row) => row.image, shrinksTo: 16 },
  { title: 'host', of: (row) => row.host, shrinksTo: 12 },
  { title: 'sent', of: (row) => (row.status === 'FAILED' ? undefined : bytes(row.sentBytes)), right: true },
  {
    title: 'state',
    of: (row) => words[row.status],
    style: (row) => (row.status === 'FAILED' ? 'red' : undefined),
  },
];

/** What became of images on hosts; why one failed was told on the way. */
export function pushTable({ images }: PushImageResponse, terminal: Terminal): string {
  const rows = images.flatMap(({ image, hosts }) => hosts.map((host) => ({ ...host, image })));
  return peopleTable(columns, rows, terminal);
}
