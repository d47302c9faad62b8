import type { DoctorCheck, DoctorHost, DoctorResponse } from '../../api/operation-types.js';
import { EXIT } from '../exit-codes.js';
import { heading } from '../sheet.js';
import { count } from '../../api/count.js';
import { wrapped } from '../people-words.js';
import { clean } from '../terminal-text.js';
import type { Style, Terminal } from '../terminal.js';

/** 3 where a host was not seen, else 1 where something has failed. Warnings are no failure. */
export function doctorExit(found: DoctorResponse): number {
  if (found.hosts.some((host) => !host.reached)) return EXIT.partly;
  return checksOf(found).some((check) => check.status === 'failed') ? EXIT.refused : EXIT.done;
}

/** What was found, host by host: what is wrong, in words and with its remedy; `all`: also what is well. */
export function doctorReport(found: DoctorResponse, terminal: Terminal, all: boolean): string {
  const groups = all ? found.hosts.map((host) => [host]) : alike(found.hosts);
  const sections = [
    ...groups.map((hosts) => section(titleOf(hosts), hosts[0]?.checks ?? [], terminal, all)),
    section('this machine', found.machine.checks, terminal, all),
  ];
  return `${spaced(sections)}\n${summary(found, terminal, all)}`;
}

/** Hosts of which the same is to be told, together. */
function alike(hosts: readonly DoctorHost[]): DoctorHost[][] {
  const groups = new Map<string, DoctorHost[]>();
  for (const host of hosts) {
    const told = host.checks.filter(({ status }) => status !== 'ok');
    const key = JSON.stringify(told.map(({ check, status, detail }) => [check, status, detail]));
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return [...groups.values()];
}

function titleOf(hosts: readonly DoctorHost[]): string {
  const [first] = hosts;
  if (hosts.length > 1) return hosts.map(({ host }) => host).join(', ');
  return first === undefined || first.address === first.host
    ? (first?.host ?? '')
    : `${first.host} (${first.address})`;
}

/** A line between sections, but not between those that are one line only. */
function spaced(sections: readonly string[]): string {
  const isLong = (text: string) => text.trimEnd().includes('\n');
  return sections
    .map((text, i) => (i > 0 && (isLong(text) || isLong(sections[i - 1] ?? '')) ? `\n${text}` : text))
    .join('');
}

const checksOf = (found: DoctorResponse): DoctorCheck[] => [
  ...found.machine.checks,
  ...found.hosts.flatMap((host) => host.checks),
];

const styles: Record<DoctorCheck['status'], Style> = {
  failed: 'red',
  warning: 'yellow',
  unknown: 'dim',
  ok: 'green',
};
/** Columns of the status and of the check's name. */
const statusWidth = 9;
const nameWidth = 16;

function section(title: string, checks: readonly DoctorCheck[], terminal: Terminal, all: boolean): string {
  const of = (...wanted: DoctorCheck['status'][]) => checks.filter((check) => wanted.includes(check.status));
  const told = [...of('failed', 'warning'), ...(all ? of('ok', 'unknown') : [])];
  const unseen = all ? [] : of('unknown');
  return [
    `${heading(title, terminal).trimEnd()}  ${verdict(checks, terminal)}\n`,
    ...told.map((check) => line(check, terminal)),
    ...(unseen.length > 0 ? [notSeen(unseen, terminal)] : []),
  ].join('');
}

/** `ok`, or how much isn't. */
function verdict(checks: readonly DoctorCheck[], terminal: Pick<Terminal, 'style'>): string {
  const number = (status: DoctorCheck['status']) => checks.filter((check) => check.status === status).length;
  const [failures, warnings] = [number('failed'), number('warning')];
  if (failures + warnings === 0) return terminal.style('green', 'ok');
  return [
    ...(failures > 0 ? [terminal.style('red', `${failures} failed`)] : []),
    ...(warnings > 0 ? [terminal.style('yellow', count(warnings, 'warning'))] : []),
  ].join(', ');
}

function line({ check, status, detail, remedy, command }: DoctorCheck, terminal: Terminal): string {
  const indent = 2 + statusWidth + nameWidth;
  const isNarrow = terminal.width() < 2 * indent;
  const hanging = isNarrow ? 4 : indent;
  const words = (text: string) => wrapped(clean(text), hanging, terminal.width() - 1);
  const head = `  ${status.padEnd(statusWidth)}${check.padEnd(nameWidth)}`;
  const first = isNarrow ? `${head.trimEnd()}\n${words(detail)}` : `${head}${words(detail).slice(indent)}`;
  return [
    first.replace(status, terminal.style(styles[status], status)),
    ...(remedy === undefined ? [] : [words(remedy)]),
    // In one piece, so that it can be copied: a line that the terminal breaks is still one line.
    ...(command === undefined ? [] : [`${' '.repeat(hanging)}${terminal.style('bold', clean(command))}\n`]),
  ].join('');
}

function notSeen(checks: readonly DoctorCheck[], terminal: Terminal): string {
  const list = [...new Set(checks.map((check) => check.check))].join(', ');
  return wrapped(`unknown  ${list}`, 2, terminal.width() - 1, 2 + statusWidth).replace(
    'unknown',
    terminal.style('dim', 'unknown'),
  );
}

function summary(found: DoctorResponse, terminal: Terminal, all: boolean): string {
  const hosts = found.hosts.length === 0 ? 'no hosts' : count(found.hosts.length, 'host');
  const more = all ? '' : ' --all shows what is well, too.';
  return wrapped(
    `Examined ${hosts} and this machine: ${verdict(checksOf(found), plain)}.${more}`,
    0,
    terminal.width(),
  );
}

const plain = { style: (_: Style, text: string) => text };
