import { waitingFor } from '../api/waiting-words.js';
import type { EngineEvent } from '../engine/events.js';
import type { HostError } from '../hosts/host-error.js';
import { debugText } from './debug-text.js';
import { HostRows } from './host-rows.js';
import { clean } from './terminal-text.js';
import { folded } from './folding.js';
import { clockTime, nameOf } from './people-words.js';
import { deploymentsIn, eventText } from './event-text.js';
import { settlingLine } from './service-lines.js';
import { shortName } from './short-names.js';
import type { Terminal } from './terminal.js';

/** Milliseconds: what is done sooner shows no progress. */
const PATIENCE = 1000;
const INTERVAL = 120;
/** Milliseconds after which a line is told again where it goes on for days. */
const AGAIN = 10 * 60_000;
/** Events of services that are remembered. */
const MOST_HEARD = 50;

export interface ProgressOptions {
  debug?: boolean;
  /** Epoch milliseconds. */
  now: () => number;
}

/** What has the whole terminal for a while. */
export interface FullScreen {
  /** A line that would have been told on stderr. */
  hear(line: string): void;
  /** Leaves the terminal to a question, and has it again. */
  stepAside(): void;
  comeBack(): void;
}

/**
 * Tells on stderr what the engine does. On a terminal a few lines move while it takes longer than a second, and leave
 * nothing behind; what matters stays, there and elsewhere, as a line of its own.
 */
export class Progress {
  /** Hosts that were left out: they make the exit code 3. */
  readonly failedHosts = new Map<string, HostError>();
  /** What a dry run told of each host. */
  readonly plans: Extract<EngineEvent, { type: 'plan' }>[] = [];
  /** Tell of each task that starts or ends, in lines that stay. */
  tellTasks = false;
  /** It goes on for days: what is told comes with the local time, for who looks at it later, and again if it happens again. */
  watching = false;
  private readonly rows = new HostRows();
  /** Lines, of what events, and when they were told. */
  private readonly said = new Map<string, { type: EngineEvent['type']; at: number }>();
  /** The last events of services, in their own words. */
  private heard: string[] = [];
  /** Deployments that events have named, by service. */
  private readonly deployments = new Map<string, Set<string>>();
  private readonly began: number;
  private drawn = 0;
  /** What is typed doesn't show while lines move; called, it does again. */
  private showTyping: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** What is to be written once the question is answered; undefined: no question stands. */
  private held: (() => void)[] | undefined;
  private answered: Promise<unknown> = Promise.resolve();
  private ended = false;
  private view: FullScreen | undefined;

  constructor(
    private readonly terminal: Terminal,
    private readonly options: ProgressOptions,
  ) {
    this.began = options.now();
    if (terminal.talkToPeople) this.timer = setTimeout(() => this.animate(), PATIENCE).unref();
    process.once('exit', this.leave);
  }

  readonly onEvent = (event: EngineEvent): void => {
    if (this.ended) return;
    this.rows.take(event, this.options.now());
    if (event.type === 'host-failed') this.failedHosts.set(event.host, event.error);
    if (event.type === 'plan') this.plans.push(event);
    if (this.options.debug) this.trace(event);
    const said = this.lineOf(event);
    if (said === undefined || (event.type !== 'service-event' && this.wasTold(event, said))) return;
    this.talk(`${this.time(event)}${said}`);
  };

  /** Whether an event of a service has just told this. */
  hasTold(what: string): boolean {
    return this.heard.some((message) => message.includes(what));
  }

  private wasTold({ type }: EngineEvent, line: string): boolean {
    const now = this.options.now();
    // A host that goes, comes back (a note) and goes again within minutes is told of each time.
    if (this.watching && (type === 'host-failed' || type === 'note'))
      for (const [told, { type: other }] of this.said)
        if (other !== type && (other === 'host-failed' || other === 'note')) this.said.delete(told);
    const at = this.said.get(line)?.at;
    if (at !== undefined && !(this.watching && now - at >= AGAIN)) return true;
    this.said.set(line, { type, at: now });
    return false;
  }

  private time(event: EngineEvent): string {
    if (!this.watching || !this.terminal.talkToPeople) return '';
    const at = event.type === 'service-event' ? event.at : this.options.now();
    return `${this.terminal.talkStyle('dim', clockTime(at))} `;
  }

  private trace(event: EngineEvent): void {
    const step = debugText(event);
    const elapsed = String(this.options.now() - this.began).padStart(7);
    if (step !== undefined) this.talk(this.terminal.talkStyle('dim', `${elapsed} ms  ${step}`));
  }

  /**
   * A view has the whole terminal from now on: nothing moves, what would be told as a line goes to it, and it steps
   * aside for questions. Returns what ends that.
   */
  giveWayTo(view: FullScreen): () => void {
    this.leaveLines();
    this.view = view;
    return () => {
      this.view = undefined;
    };
  }

  /** A line on stderr that stays. */
  talk(line: string): void {
    if (this.view) return this.view.hear(line);
    this.write(() => this.terminal.talk(`${folded(line, this.terminal)}\n`));
  }

  /** Text on stdout, between the moving lines. */
  print(text: string): void {
    this.write(() => this.terminal.print(text));
  }

  /** Text on stderr that is no talk of ours. */
  printError(text: string): void {
    this.write(() => this.terminal.talk(text));
  }

  /** Neither moving lines nor any others while a question stands: they come after its answer. */
  async hold<T>(question: () => Promise<T>): Promise<T> {
    this.leaveLines();
    if (this.held === undefined) this.view?.stepAside();
    this.held ??= [];
    const asked = question();
    this.answered = asked.catch(() => undefined);
    try {
      return await asked;
    } finally {
      this.release();
      this.view?.comeBack();
    }
  }

  /** Resolves when the question that stands is answered, for who has much to print; undefined: none stands. */
  get question(): Promise<unknown> | undefined {
    return this.held === undefined ? undefined : this.answered;
  }

  /** The terminal has written ^C where the cursor was: what follows, such as the shell's prompt, begins a new line. */
  leaveLine(): void {
    if (this.showTyping !== undefined) this.erase();
    else this.terminal.talk('\n');
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.leave();
    process.off('exit', this.leave);
  }

  private write(text: () => void): void {
    if (this.held !== undefined) return void this.held.push(text);
    this.erase();
    text();
  }

  private release(): void {
    const waiting = this.held ?? [];
    this.held = undefined;
    for (const text of waiting) text();
  }

  private lineOf(event: EngineEvent): string | undefined {
    const { talkStyle } = this.terminal;
    switch (event.type) {
      case 'warning':
        return `${talkStyle('yellow', 'warning:')} ${clean(event.message)}`;
      case 'note':
        return `${talkStyle('dim', 'note:')} ${clean(event.message)}`;
      case 'host-failed':
        return `${talkStyle('red', 'failed:')} ${clean(event.error.message)}; ${clean(event.error.remedy)}`;
      case 'task-withdrawn':
        return `task ${short(event.taskId)} left ${clean(event.host)}: ${clean(event.reason)}`;
      case 'settled':
        return `settled task ${short(event.taskId)}: ${clean(event.what)}`;
      case 'service-event':
        return this.serviceLine(event);
      case 'service-progress':
        return this.settlingLine(event);
      case 'task-state':
        return this.tellTasks ? taskLine(event) : undefined;
      case 'task-waiting':
        return this.waitLine(event);
      default:
        return undefined;
    }
  }

  /** A wait has no end where its condition has none: what looks like one is told, and off a terminal each wait. */
  private waitLine({ taskId, host, for: awaited }: Waiting): string | undefined {
    const { talkStyle, talkToPeople } = this.terminal;
    const line = clean(`task ${short(taskId)} on ${host}: ${waitingFor(awaited)}`);
    const sick = awaited.find(({ isUnhealthy }) => isUnhealthy)?.container;
    if (sick === undefined) return this.tellTasks && !talkToPeople ? line : undefined;
    const look = clean(`longshore logs --task ${short(taskId)} --container ${sick}`);
    return `${talkStyle('yellow', 'warning:')} ${line}; see ${look}`;
  }

  private settlingLine(event: Extract<EngineEvent, { type: 'service-progress' }>): string | undefined {
    if (this.watching || this.terminal.talkToPeople || event.steady) return undefined;
    const line = settlingLine(event, this.options.now());
    return line && `${clean(event.service)}: ${line}`;
  }

  private serviceLine(event: Extract<EngineEvent, { type: 'service-event' }>): string {
    const name = clean(event.service);
    const { terminal } = this;
    this.heard = [...this.heard.slice(1 - MOST_HEARD), clean(event.message)];
    const key = `${event.cluster}/${event.service}`;
    const named = new Set([...(this.deployments.get(key) ?? []), ...deploymentsIn(event)].slice(-2));
    this.deployments.set(key, named);
    const text = eventText({ ...event, several: named.size > 1 });
    return `${terminal.talkToPeople ? shortName(name, terminal) : name}: ${text}`;
  }

  private animate(): void {
    this.draw();
    this.timer = setTimeout(() => this.animate(), INTERVAL).unref();
  }

  private draw(): void {
    if (this.held !== undefined || this.view !== undefined) return;
    const lines = this.rows.lines(this.terminal, this.options.now());
    if (lines.length === 0) return this.leaveLines();
    this.showTyping ??= this.terminal.hideTyping(this.erase);
    const { talkStyle } = this.terminal;
    // One write, so that nothing flickers: up, then each line in place of its predecessor, then clear the rest.
    const up = this.drawn > 0 ? `\x1b[${this.drawn}A\r` : '';
    this.terminal.talk(`${up}${lines.map((text) => `${talkStyle('dim', text)}\x1b[K\n`).join('')}\x1b[J`);
    this.drawn = lines.length;
  }

  private readonly leave = (): void => {
    this.leaveLines();
    this.release();
  };

  /** No lines move for now. */
  private leaveLines(): void {
    this.erase();
    this.showTyping?.();
    this.showTyping = undefined;
  }

  private readonly erase = (): void => {
    if (this.drawn === 0) return;
    this.terminal.talk(`\x1b[${this.drawn}A\r\x1b[J`);
    this.drawn = 0;
  };
}

type Waiting = Extract<EngineEvent, { type: 'task-waiting' }>;

function taskLine(event: Extract<EngineEvent, { type: 'task-state' }>): string | undefined {
  if (event.lastStatus !== 'RUNNING' && event.lastStatus !== 'STOPPED') return undefined;
  const code = event.exitCode === undefined ? '' : ` (exit code ${event.exitCode})`;
  const reason = event.reason === undefined ? '' : `: ${clean(event.reason)}`;
  return `task ${short(event.taskId)} ${event.lastStatus.toLowerCase()} on ${clean(event.host)}${code}${reason}`;
}

const short = (taskId: string): string => nameOf(taskId).slice(0, 8);
