import type { Streams } from '../attach.js';
import type { Terminal } from '../terminal.js';
import { listenForKeys } from './keys.js';

/** Ms in which a process that is to stop has stopped, or never will: where no shell could let it go on. */
const STOPPING = 100;

/**
 * The terminal while the view has it: another screen, no cursor, each key at once. However the process ends or is
 * stopped, the terminal is what it was; where it goes on, the view has it again.
 */
export class Screen {
  private entered = false;
  private stopped = false;
  /** The row of the line that stays while something scrolls above it. */
  private footRow: number | undefined;
  private endKeys: () => void = () => undefined;

  constructor(
    private readonly terminal: Terminal,
    private readonly streams: Streams,
    private readonly on: { key: (key: string) => void; redraw: () => void },
  ) {}

  open(): void {
    process.on('exit', this.leave);
    process.on('SIGTSTP', this.stop);
    process.on('SIGCONT', this.goOn);
    process.stdout.on('resize', this.on.redraw);
    this.enter();
  }

  close(): void {
    process.off('exit', this.leave);
    process.off('SIGTSTP', this.stop);
    process.off('SIGCONT', this.goOn);
    process.stdout.off('resize', this.on.redraw);
    this.leave();
  }

  enter(): void {
    if (this.entered) return;
    this.entered = true;
    this.setRaw(true);
    this.streams.stdin.resume();
    this.endKeys = listenForKeys(this.streams.stdin, this.on.key);
    this.terminal.print('\x1b[?1049h\x1b[?25l\x1b[2J');
  }

  /** Each line in place of what was there, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    if (!this.entered) return;
    this.scrollFreely();
    this.terminal.print(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
  }

  /**
   * Gives all lines but the last, which says `foot`, to what scrolls: an empty screen at first; called again, as in another
   * size, it goes on with what is there.
   */
  scrollAbove(foot: string, rows: number): void {
    if (!this.entered) return;
    const begins = this.footRow === undefined;
    if (begins) this.terminal.print('\x1b[2J');
    else this.scrollFreely();
    // No terminal scrolls a single line.
    const last = rows < 3 ? rows : rows - 1;
    const area = rows < 3 ? '' : `\x1b[${rows};1H${foot}\x1b[K\x1b[1;${last}r`;
    this.terminal.print(`${area}\x1b[${begins ? 1 : last};1H`);
    this.footRow = rows;
  }

  private scrollFreely(): void {
    if (this.footRow === undefined) return;
    this.terminal.print(`\x1b[r\x1b[${this.footRow};1H\x1b[2K`);
    this.footRow = undefined;
  }

  readonly leave = (): void => {
    if (!this.entered) return;
    this.entered = false;
    this.endKeys();
    this.setRaw(false);
    this.streams.stdin.pause();
    this.scrollFreely();
    this.terminal.print('\x1b[?25h\x1b[?1049l');
  };

  /** What Ctrl-Z does where the terminal leaves it to its programs: all of the job stop, until the shell lets them go on. */
  readonly stop = (): void => {
    this.leave();
    this.stopped = true;
    process.off('SIGTSTP', this.stop);
    process.kill(0, 'SIGTSTP');
    setTimeout(this.goOn, STOPPING);
  };

  private readonly goOn = (): void => {
    if (this.stopped) {
      this.stopped = false;
      process.on('SIGTSTP', this.stop);
    } else if (!this.entered) return;
    // The shell has changed the terminal's mode, also where nobody let us leave before (SIGSTOP).
    this.leave();
    this.enter();
    this.on.redraw();
  };

  private setRaw(raw: boolean): void {
    (this.streams.stdin as Partial<NodeJS.ReadStream>).setRawMode?.(raw);
  }
}
