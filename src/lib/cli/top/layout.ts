import { type Column, peopleTable, shorten } from '../people-table.js';
import { age, count } from '../people-words.js';
import { rolloutStyle } from '../tables/service-table.js';
import { clean } from '../terminal-text.js';
import type { Terminal } from '../terminal.js';
import type { HostRow, Model, TaskRow } from './model.js';
import { chosenAt, shownTasks, type ViewState } from './state.js';

const HELP = [
  'c m n h a   sort by cpu, memory, name, host, age',
  '/           filter: words that a task has; Esc clears it',
  'up down j k choose a task',
  'Enter l     its logs; q comes back',
  'q Ctrl-C    leave',
  'Bars: # used by tasks, - reserved for them, . free',
];

/** The whole screen, a text for each line, none wider than the terminal. `now`: epoch milliseconds. Pure. */
export function screenOf(
  model: Model,
  state: ViewState,
  terminal: Pick<Terminal, 'width' | 'rows' | 'unicode' | 'style'>,
  now: number,
): string[] {
  const [width, height] = [terminal.width(), terminal.rows()];
  const inside = terminal as Terminal;
  const rows = shownTasks(model, state);
  const head = terminal.style('bold', shorten(clean(headline(model, state, rows.length)), width, inside));
  if (state.help) return [head, '', ...HELP.map((line) => shorten(line, width, inside))].slice(0, height);
  const most = Math.max(1, Math.floor((height - 6) / 3));
  const hosts = limited(hostLines(model.hosts, inside), most, 'more host', inside);
  const services = limited(serviceLines(model, inside), most, 'more service', inside);
  const room = Math.max(2, height - 1 - hosts.length - services.length - 1);
  const tasks = taskLines(rows, state, room, inside, now);
  const foot = state.typing ? `filter: ${state.filter}_` : '? help  / filter  Enter logs  q leave';
  return [
    head,
    ...hosts,
    ...services,
    ...tasks,
    ...Array.from({ length: Math.max(0, room - tasks.length) }, () => ''),
    terminal.style('dim', shorten(foot, width, inside)),
  ].slice(0, height);
}

function headline({ clusterName, hosts, tasks }: Model, { sort, filter }: ViewState, shown: number): string {
  const away = hosts.filter(({ agentConnected }) => !agentConnected).length;
  return [
    clusterName,
    `${count(hosts.length, 'host')}${away > 0 ? ` (${away} away)` : ''}`,
    shown === tasks.length ? count(tasks.length, 'task') : `${shown} of ${count(tasks.length, 'task')}`,
    `by ${sort}`,
    filter === '' ? '' : `filter ${filter}`,
  ]
    .filter(Boolean)
    .join('  ');
}

const linesOf = (table: string): string[] => table.trimEnd().split('\n');

/** A heading and at most so many lines; the rest is counted. */
function limited(lines: string[], most: number, noun: string, terminal: Terminal): string[] {
  if (lines.length - 1 <= most) return lines;
  const left = lines.length - most;
  return [...lines.slice(0, most), terminal.style('dim', `and ${count(left, noun)}`)];
}

function hostLines(hosts: readonly HostRow[], terminal: Terminal): string[] {
  const bar = Math.max(6, Math.min(20, Math.floor((terminal.width() - 44) / 2)));
  const columns: Column<HostRow>[] = [
    { title: 'host', of: ({ name }) => name, shrinksTo: 8 },
    { title: 'tasks', of: ({ tasks }) => String(tasks), right: true, leaves: 2 },
    { title: 'cpu', of: (host) => barOf(host, host.usedCpu, host.reservedCpu, host.cpu, bar) },
    { title: '%', of: (host) => percent(host.usedCpu, host.cpu), right: true },
    { title: 'memory', of: (host) => barOf(host, host.usedMemory, host.reservedMemory, host.memory, bar) },
    { title: 'MiB', of: (host) => whole(host.usedMemory), right: true },
    {
      title: 'state',
      of: ({ agentConnected, status }) => (agentConnected ? status : 'away'),
      leaves: 1,
      style: ({ agentConnected, status }) =>
        !agentConnected ? 'red' : status === 'ACTIVE' ? undefined : 'yellow',
    },
  ];
  return linesOf(peopleTable(columns, hosts, terminal));
}

/** `####---.....`: used, reserved and not used, free. */
function barOf(
  { agentConnected }: HostRow,
  used: number | undefined,
  reserved: number,
  all: number,
  width: number,
): string {
  if (!agentConnected || all <= 0) return ' '.repeat(width);
  const cells = (amount: number) => Math.min(width, Math.round((amount / all) * width));
  const full = cells(used ?? 0);
  const kept = Math.max(full, cells(reserved));
  return `${'#'.repeat(full)}${'-'.repeat(kept - full)}${'.'.repeat(width - kept)}`;
}

const percent = (used: number | undefined, all: number): string | undefined =>
  used === undefined || all <= 0 ? undefined : String(Math.round((used / all) * 100));

const whole = (amount: number | undefined): string | undefined =>
  amount === undefined ? undefined : String(Math.round(amount));

function serviceLines({ services }: Model, terminal: Terminal): string[] {
  if (services.length === 0) return [];
  const columns: Column<(typeof services)[number]>[] = [
    { title: 'service', of: ({ serviceName }) => serviceName, shrinksTo: 8 },
    {
      title: 'running',
      of: ({ runningCount, desiredCount }) => `${runningCount}/${desiredCount}`,
      right: true,
      style: ({ runningCount, desiredCount }) => (runningCount < desiredCount ? 'yellow' : undefined),
    },
    { title: 'pending', of: ({ pendingCount }) => String(pendingCount), right: true, leaves: 1 },
    {
      title: 'rollout',
      of: ({ rolloutState }) => rolloutState.toLowerCase().replace('_', ' '),
      style: ({ rolloutState }) => rolloutStyle(rolloutState),
    },
    { title: 'definition', of: ({ taskDefinition }) => taskDefinition, shrinksTo: 10 },
  ];
  return linesOf(peopleTable(columns, services, terminal));
}

function taskLines(
  rows: readonly TaskRow[],
  state: ViewState,
  room: number,
  terminal: Terminal,
  now: number,
): string[] {
  const at = chosenAt(state, rows);
  // The chosen one stays in sight.
  const first = Math.max(0, Math.min(at - Math.floor((room - 1) / 2), rows.length - (room - 1)));
  const shown = rows.slice(first, first + room - 1);
  const columns: Column<TaskRow>[] = [
    { title: '', of: (row) => (row === rows[at] ? '>' : ' ') },
    { title: 'task', of: ({ id }) => id.slice(0, 8) },
    { title: 'name', of: ({ name }) => name, shrinksTo: 8 },
    { title: 'definition', of: ({ taskDefinition }) => taskDefinition, shrinksTo: 8, leaves: 1 },
    { title: 'host', of: ({ host }) => host, shrinksTo: 6 },
    {
      title: 'state',
      of: (row) => row.state.toLowerCase(),
      style: (row) => (row.state === 'UNHEALTHY' ? 'red' : row.state === 'RUNNING' ? undefined : 'dim'),
    },
    { title: 'cpu %', of: ({ cpu }) => cpu?.toFixed(1), right: true },
    { title: 'MiB', of: ({ memory }) => memory?.toFixed(1), right: true },
    {
      title: 'age',
      of: ({ startedAt }) => age(startedAt === undefined ? undefined : new Date(startedAt), now),
      right: true,
      leaves: 2,
    },
  ];
  return linesOf(peopleTable(columns, shown, terminal));
}
