import { setTimeout as sleep } from 'node:timers/promises';
import type { DescribeUsageResponse } from '../../api/usage-types.js';
import type { Engine } from '../../engine/engine.js';
import { followLogs } from '../log-lines.js';
import { clean } from '../terminal-text.js';
import type { Session } from '../session.js';
import { screenOf } from './layout.js';
import { modelOf } from './model.js';
import { keysOf, Screen } from './screen.js';
import { chosenAt, pressed, shownTasks, START, type ViewState } from './state.js';

/** Ms between two looks at the hosts. */
const INTERVAL = 2000;
/** Lines of a log that are there when it is opened. */
const TAIL = 200;

/** The live view, until its user leaves it. However it ends, the terminal is what it was. */
export async function showLive(cluster: string | undefined, session: Session): Promise<void> {
  const engine = await session.engine();
  const streams = await session.streams();
  const screen = new Screen(session.terminal, streams);
  try {
    const first = await engine.call('DescribeUsage', { cluster });
    screen.enter();
    await new View(engine, cluster, session, screen, first).run(streams.stdin);
  } finally {
    screen.leave();
  }
}

class View {
  private state: ViewState = START;
  private before: DescribeUsageResponse | undefined;
  private readonly left = new AbortController();
  /** What ends the log that is open. */
  private log: AbortController | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly cluster: string | undefined,
    private readonly session: Session,
    private readonly screen: Screen,
    private now: DescribeUsageResponse,
  ) {}

  async run(stdin: NodeJS.ReadableStream): Promise<void> {
    const { signal } = this.session.interrupts;
    const end = () => this.left.abort();
    signal.addEventListener('abort', end, { once: true });
    const onData = (chunk: Buffer | string) => {
      for (const key of keysOf(chunk.toString())) this.press(key);
    };
    const draw = () => this.draw();
    stdin.on('data', onData);
    process.stdout.on('resize', draw);
    try {
      this.draw();
      while (!this.left.signal.aborted) {
        await sleep(this.before === undefined ? INTERVAL / 2 : INTERVAL, undefined, {
          signal: this.left.signal,
        }).catch(() => undefined);
        if (this.left.signal.aborted) return;
        const next = await this.look();
        if (next !== undefined) [this.before, this.now] = [this.now, next];
        this.draw();
      }
    } finally {
      stdin.off('data', onData);
      process.stdout.off('resize', draw);
      signal.removeEventListener('abort', end);
      this.log?.abort();
    }
  }

  /** undefined where the view was left meanwhile. */
  private async look(): Promise<DescribeUsageResponse | undefined> {
    try {
      return await this.engine.call('DescribeUsage', { cluster: this.cluster }, { signal: this.left.signal });
    } catch (error) {
      if (this.left.signal.aborted) return undefined;
      throw error;
    }
  }

  private press(key: string): void {
    if (this.log !== undefined) {
      if (['q', '\x1b', '\x03', '\r'].includes(key)) this.log.abort();
      return;
    }
    const rows = shownTasks(modelOf(this.now, this.before), this.state);
    const { state, wish } = pressed(this.state, key, rows);
    this.state = state;
    if (wish === 'leave') this.left.abort();
    else if (wish === 'logs') void this.openLog(rows[chosenAt(state, rows)]?.id ?? '');
    else this.draw();
  }

  private async openLog(id: string): Promise<void> {
    const log = new AbortController();
    this.log = log;
    const { terminal } = this.session;
    this.screen.clear();
    terminal.print(`${terminal.style('bold', `logs of task ${id.slice(0, 8)}: q comes back`)}\n`);
    const closed = new Promise((resolve) => log.signal.addEventListener('abort', resolve, { once: true }));
    try {
      const request = { cluster: this.cluster, tasks: [id], follow: true, tail: TAIL, signal: log.signal };
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

  private draw(): void {
    if (this.log !== undefined || this.left.signal.aborted) return;
    const { terminal, now } = this.session;
    const size = { ...terminal, rows: () => process.stdout.rows || 24 };
    this.screen.draw(screenOf(modelOf(this.now, this.before), this.state, size, now()));
  }
}
