import { stripVTControlCharacters } from 'node:util';
import type { DescribeUsageRequest } from '../../api/usage-types.js';
import type { Engine } from '../../engine/engine.js';
import { followLogs } from '../log-lines.js';
import { shorten } from '../people-table.js';
import type { FullScreen } from '../progress.js';
import type { Session } from '../session.js';
import { clean } from '../terminal-text.js';
import type { Terminal } from '../terminal.js';
import { screenOf } from './layout.js';
import { Looks } from './looks.js';
import { Screen } from './screen.js';
import { chosenAt, pressed, shownTasks, START, type ViewState } from './state.js';

/** Lines of a log that are there when it is opened. */
const TAIL = 200;
/** Ms that what was told stands in the last line. */
const HEARD = 10_000;
/** Lines that were told meanwhile, and are told again when the view is left. */
const MOST_HEARD = 10;
/** Ms from one drawing to the next where hosts answer one after the other. */
const DRAWING = 100;

/** The live view, until its user leaves it. However it ends, the terminal is what it was. */
export async function showLive(request: DescribeUsageRequest, session: Session): Promise<void> {
  const engine = await session.engine();
  const streams = await session.streams();
  await new View(engine, request, session, (on) => new Screen(session.terminal, streams, on)).run();
}

class View implements FullScreen {
  private state: ViewState = START;
  private readonly left = new AbortController();
  /** The task whose log is open, and what ends that. */
  private log: { task: string; end: AbortController } | undefined;
  private readonly screen: Screen;
  private readonly looks: Looks;
  private inSight: string[] = [];
  private heard: { line: string; at: number }[] = [];
  private drawing: NodeJS.Timeout | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly request: DescribeUsageRequest,
    private readonly session: Session,
    screen: (on: { key: (key: string) => void; redraw: () => void }) => Screen,
  ) {
    this.screen = screen({ key: (key) => this.press(key), redraw: () => this.drawAnew() });
    this.looks = new Looks({
      ...{ engine, request, now: session.now, signal: this.left.signal },
      inSight: () => this.inSight,
      onChange: () => this.drawSoon(),
    });
  }

  /** Throws what the engine does where there is nothing to show at all. */
  async run(): Promise<void> {
    const { interrupts, progress } = this.session;
    const end = () => this.left.abort();
    interrupts.signal.addEventListener('abort', end, { once: true });
    if (interrupts.signal.aborted) end();
    try {
      await this.looks.first();
      const takeBack = progress.giveWayTo(this);
      try {
        this.screen.open();
        this.draw();
        await this.looks.run();
      } finally {
        clearTimeout(this.drawing);
        this.log?.end.abort();
        this.screen.close();
        takeBack();
      }
    } finally {
      interrupts.signal.removeEventListener('abort', end);
      for (const { line } of this.heard) progress.talk(line);
    }
  }

  hear(line: string): void {
    this.heard = [...this.heard.slice(1 - MOST_HEARD), { line, at: this.session.now() }];
    this.drawSoon();
  }

  stepAside(): void {
    this.screen.leave();
  }

  comeBack(): void {
    if (this.left.signal.aborted) return;
    this.screen.enter();
    this.drawAnew();
  }

  private press(key: string): void {
    if (key === 'C-z') return this.screen.stop();
    if (this.log !== undefined) {
      if (['q', 'escape', 'C-c', 'return'].includes(key)) this.log.end.abort();
      return;
    }
    const rows = shownTasks(this.looks.model, this.state);
    const { state, wish } = pressed(this.state, key, rows);
    this.state = state;
    if (wish === 'leave') this.left.abort();
    else if (wish === 'logs') void this.openLog(rows[chosenAt(state, rows)]?.id ?? '');
    else this.draw();
  }

  private async openLog(id: string): Promise<void> {
    const log = new AbortController();
    this.log = { task: id, end: log };
    const { terminal } = this.session;
    this.drawAnew();
    const closed = new Promise((resolve) => log.signal.addEventListener('abort', resolve, { once: true }));
    try {
      const { cluster } = this.request;
      const request = { cluster, tasks: [id], follow: true, tail: TAIL, signal: log.signal };
      await followLogs(this.engine, request, this.session);
      if (!log.signal.aborted)
        terminal.print(`${terminal.style('dim', 'its log has ended: q comes back')}\n`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (!log.signal.aborted) terminal.print(`${clean(why)}: q comes back\n`);
    }
    await closed;
    this.log = undefined;
    this.draw();
  }

  /** On a screen that is empty or of another size: of a log only the line below it is ours. */
  private drawAnew(): void {
    if (this.log === undefined) return this.draw();
    this.screen.scrollAbove(logFoot(this.log.task, this.session.terminal), screenRows());
  }

  private drawSoon(): void {
    this.drawing ??= setTimeout(() => this.draw(), DRAWING);
  }

  private draw(): void {
    clearTimeout(this.drawing);
    this.drawing = undefined;
    if (this.log !== undefined || this.left.signal.aborted) return;
    const { terminal, now } = this.session;
    const size = { ...terminal, rows: screenRows };
    const { lines, inSight } = screenOf(this.looks.model, this.state, size, now(), this.status());
    this.inSight = inSight;
    this.screen.draw(lines);
  }

  /** What went wrong, or was told just now. */
  private status(): string | undefined {
    if (this.looks.fault !== undefined) return `failed: ${this.looks.fault}`;
    const last = this.heard.at(-1);
    if (last === undefined || this.session.now() - last.at >= HEARD) return undefined;
    return stripVTControlCharacters(last.line);
  }
}

const screenRows = (): number => process.stdout.rows || 24;

function logFoot(task: string, terminal: Terminal): string {
  const text = `logs of task ${task.slice(0, 8)}  q comes back`;
  return terminal.style('dim', shorten(text, terminal.width() - 1, terminal));
}
