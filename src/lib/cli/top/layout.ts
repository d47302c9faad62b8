import { type Column, peopleTable, shorten } from '../people-table.js';
import { count } from '../../api/count.js';
import { age } from '../people-words.js';
import { rolloutStyle } from '../tables/service-table.js';
import { clean } from '../terminal-text.js';
import type { Terminal } from '../terminal.js';
import type { HostRow, Model, TaskRow } from './model.js';
import { chosenAt, shownServices, shownTasks, type ViewState } from './state.js';

const HELP = [
  'c m n h a   sort by cpu, memory, name, host, age',
  '/           filter: words that a task or a service has; Esc clears it',
  'up down j k choose a task (PgUp PgDn Home End too)',
  'Enter l     its logs; q comes back',
  'q Ctrl-C    leave (Ctrl-Z: for a while)',
  'Bars: # used by tasks, - reserved for them, . free',
];

export interface Picture {
  /** A text for each line of the screen, none wider than the terminal. */
  lines: string[];
  /** Ids of the tasks that can be seen. */
  inSight: string[];
}

/** The whole screen. `now`: epoch milliseconds. `status`: what has just happened. Pure. */
export function screenOf(
  model: Model,
  state: ViewState,
  terminal: Pick<Terminal, 'width' | 'rows' | 'unicode' | 'style'>,
  now: number,
  status?: string,
): Picture {
  const [width, height] = [terminal.width(), terminal.rows()];
  const inside = terminal as Terminal;
  const rows = shownTasks(model, state);
  const head = terminal.style('bold', shorten(clean(headline(model, state, rows.length)), width, inside));
  if (state.help) {
    const lines = [head, '', ...HELP.map((line) => shorten(line, width, inside))];
    return { lines: lines.slice(0, height), inSight: [] };
  }
  const most = Math.max(1, Math.floor((height - 6) / 3));
  const hosts = limited(hostLines(model.hosts, inside), most, 'more host', inside);
  const services = limited(serviceLines(shownServices(model, state), inside), most, 'more service', inside);
  const room = Math.max(2, height - 1 - hosts.length - services.length - 1);
  const shown = around(chosenAt(state, rows), rows, room - 1);
  const tasks = taskLines(shown, rows[chosenAt(state, rows)], inside, now);
  const lines = [
    head,
    ...hosts,
    ...services,
    ...tasks,
    ...Array.from({ length: Math.max(0, room - tasks.length) }, () => ''),
    footLine(state, status, width, inside),
  ];
  return { lines: lines.slice(0, height), inSight: shown.map(({ id }) => id) };
}

function footLine(state: ViewState, status: string | undefined, width: number, terminal: Terminal): string {
  if (state.typing) return terminal.style('dim', shorten(clean(`filter: ${state.filter}_`), width, terminal));
  if (status !== undefined) return terminal.style('yellow', shorten(clean(status), width, terminal));
  return terminal.style('dim', shorten('? help  / filter  Enter logs  q leave', width, terminal));
}

function headline({ clusterName, hosts, tasks }: Model, { sort, filter }: ViewState, shown: number): string {
  const away = hosts.filter((host) => !answers(host)).length;
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
      of: ({ agentConnected, isSilent, status }) =>
        !agentConnected ? 'away' : isSilent ? 'no answer' : status,
      style: (host) => (!answers(host) ? 'red' : host.status === 'ACTIVE' ? undefined : 'yellow'),
    },
  ];
  return linesOf(peopleTable(columns, hosts, terminal));
}

const answers = ({ agentConnected, isSilent }: HostRow): boolean => agentConnected && !isSilent;

/** `####---.....`: used, reserved and not used, free. */
function barOf(
  host: HostRow,
  used: number | undefined,
  reserved: number,
  all: number,
  width: number,
): string {
  if (!answers(host) || all <= 0) return ' '.repeat(width);
  const cells = (amount: number) => Math.min(width, Math.round((amount / all) * width));
  const full = cells(used ?? 0);
  const kept = Math.max(full, cells(reserved));
  return `${'#'.repeat(full)}${'-'.repeat(kept - full)}${'.'.repeat(width - kept)}`;
}

const percent = (used: number | undefined, all: number): string | undefined =>
  used === undefined || all <= 0 ? undefined : String(Math.round((used / all) * 100));

const whole = (amount: number | undefined): string | undefined =>
  amount === undefined ? undefined : String(Math.round(amount));

function serviceLines(services: Model['services'], terminal: Terminal): string[] {
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

/** As many as there is room for, the chosen one among them. */
function around(at: number, rows: readonly TaskRow[], room: number): readonly TaskRow[] {
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
  return rows.slice(first, first + room);
}

function taskLines(
  shown: readonly TaskRow[],
  chosen: TaskRow | undefined,
  terminal: Terminal,
  now: number,
): string[] {
  const columns: Column<TaskRow>[] = [
    { title: '', of: (row) => (row === chosen ? '>' : ' ') },
    { title: 'task', of: ({ id }) => id.slice(0, 8) },
    { title: 'name', of: ({ name }) => name, shrinksTo: 8 },
    { title: 'definition', of: ({ taskDefinition }) => taskDefinition, shrinksTo: 8, leaves: 1 },
    { title: 'host', of: ({ host }) => host, shrinksTo: 6 },
    {
      title: 'state',
      of: (row) => `${row.state.toLowerCase()}${row.isLastKnown ? '?' : ''}`,
      style: (row) =>
        row.state === 'UNHEALTHY' ? 'red' : row.state === 'RUNNING' && !row.isLastKnown ? undefined : 'dim',
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
