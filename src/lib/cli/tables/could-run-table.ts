import type { DryRunHost } from '../../api/operation-types.js';
import { type Column, peopleTable } from '../people-table.js';
import { count } from '../../api/count.js';
import type { Terminal } from '../terminal.js';

const words = { NOW: 'yes', LATER: 'not now', NO: 'no' } as const;
const styles = { NOW: 'green', LATER: 'yellow', NO: 'red' } as const;

const columns: Column<DryRunHost>[] = [
  { title: 'host', of: ({ name }) => name, shrinksTo: 10 },
  { title: 'can run it', of: ({ canRun }) => words[canRun], style: ({ canRun }) => styles[canRun] },
  { title: 'why not', of: ({ reason, detail }) => reason && `${reason}: ${detail}`, shrinksTo: 20 },
];

/** Which hosts of a cluster could run a definition that isn't registered yet, and why others could not. */
export function couldRunTable(hosts: readonly DryRunHost[], cluster: string, terminal: Terminal): string {
  if (hosts.length === 0) return `The cluster ${cluster} has no hosts.\n`;
  const able = hosts.filter(({ canRun }) => canRun !== 'NO').length;
  const sum = `${able} of ${count(hosts.length, 'host')} of ${cluster} can run it`;
  return `${peopleTable(columns, hosts, terminal)}\n${sum}.\n`;
}
