import { waitingFor } from '../api/waiting-words.js';
import type { EngineEvent } from '../engine/events.js';
import { shorten } from './people-table.js';
import { serviceLines, type ServiceProgress } from './service-lines.js';
import { clean } from './terminal-text.js';
import { count } from '../api/count.js';
import { bytes } from './people-words.js';
import type { Terminal } from './terminal.js';

interface Pull {
  image: string;
  /** `pulling`, `sending` … */
  what: string;
  status: string;
  current: number;
  total: number;
}

interface HostRow {
  /** Since when, in epoch milliseconds. */
  connecting: number | undefined;
  pulls: Map<string, Pull>;
  /** By task. */
  states: Map<string, string>;
  removal?: { current: number; total: number } | undefined;
}

/** What each host is doing just now, in a line for each, and how far the services are that are driven. */
export class HostRows {
  private readonly hosts = new Map<string, HostRow>();
  private readonly services = new Map<string, ServiceProgress>();

  take(event: EngineEvent, now: number): void {
    if (event.type === 'service-progress') this.takeProgress(event);
    if (!('host' in event) || event.host === undefined) return;
    const row = this.row(event.host);
    switch (event.type) {
      case 'host-connecting':
        row.connecting = now;
        break;
      case 'host-connected':
        row.connecting = undefined;
        break;
      case 'host-failed':
        this.hosts.delete(event.host);
        break;
      case 'pull':
        if (event.done) row.pulls.delete(event.image);
        else row.pulls.set(event.image, { ...event, what: 'pulling' });
        break;
      case 'transfer':
        if (event.done) row.pulls.delete(event.image);
        else row.pulls.set(event.image, { ...event, status: '' });
        break;
      case 'removal':
        row.removal = event.current < event.total ? event : undefined;
        break;
      case 'task-placed':
        row.states.set(event.taskId, 'starting');
        break;
      case 'task-state':
      case 'task-watched':
        row.states.set(event.taskId, event.lastStatus.toLowerCase());
        break;
      case 'task-waiting':
        row.states.set(event.taskId, clean(waitingFor(event.for)));
        break;
      case 'task-withdrawn':
        row.states.delete(event.taskId);
        break;
    }
  }

  /** Lines that fit the terminal: hosts with something to tell, the rest counted. */
  lines(terminal: Pick<Terminal, 'width' | 'rows' | 'unicode'>, now: number): string[] {
    const told = [...this.hosts]
      .map(([host, row]) => [host, describe(row, now)] as const)
      .filter(([, text]) => text !== '');
    const services = serviceLines([...this.services.values()], terminal, now);
    const room = Math.max(1, terminal.rows() - 4 - services.length);
    const shown = told.slice(0, told.length > room ? room - 1 : room);
    const nameWidth = Math.min(24, Math.max(0, ...shown.map(([host]) => host.length)));
    const lines = shown.map(
      ([host, text]) => `${shorten(clean(host), nameWidth, terminal).padEnd(nameWidth)}  ${text}`,
    );
    if (shown.length < told.length) lines.push(`and ${count(told.length - shown.length, 'more host')}`);
    lines.push(...services);
    // One less than the width: a full line wraps on some terminals, and then the cursor is a line off.
    return lines.map((line) => shorten(line, terminal.width() - 1, terminal));
  }

  /** Where all is as it is to be, what led there is told no more: a reconciler goes on for days. */
  private takeProgress(event: ServiceProgress): void {
    this.services.set(`${event.cluster}/${event.service}`, event);
    if ([...this.services.values()].every(({ steady }) => steady))
      for (const row of this.hosts.values()) row.states.clear();
  }

  private row(host: string): HostRow {
    const row = this.hosts.get(host) ?? { connecting: undefined, pulls: new Map(), states: new Map() };
    this.hosts.set(host, row);
    return row;
  }
}

function describe(row: HostRow, now: number): string {
  if (row.connecting !== undefined) return `connecting, ${Math.round((now - row.connecting) / 1000)} s`;
  const [pull] = row.pulls.values();
  const more = row.pulls.size > 1 ? `, ${count(row.pulls.size - 1, 'more image')}` : '';
  const { removal } = row;
  return [
    pull && `${describePull(pull)}${more}`,
    describeStates(row.states),
    removal && `removing containers, ${removal.current} of ${removal.total}`,
  ]
    .filter(Boolean)
    .join('; ');
}

function describePull({ image, what, status, current, total }: Pull): string {
  const size = total > 0 ? `${bytes(current)} of ${bytes(total)}` : clean(status).toLowerCase();
  return `${what} ${clean(image)} ${size}`.trimEnd();
}

function describeStates(states: ReadonlyMap<string, string>): string {
  const counts = new Map<string, number>();
  for (const state of states.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, n]) => `${n} ${state}`).join(', ');
}
