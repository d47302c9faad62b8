import type { Streams } from '../attach.js';
import type { Terminal } from '../terminal.js';

/** The terminal while the view has it: another screen, no cursor, each key at once. */
export class Screen {
  private entered = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly streams: Streams,
  ) {
    process.once('exit', this.leave);
  }

  enter(): void {
    if (this.entered) return;
    this.entered = true;
    this.keys(true);
    this.terminal.print('\x1b[?1049h\x1b[?25l\x1b[2J');
  }

  /** Each line in place of what was there, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    if (this.entered) this.terminal.print(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
  }

  /** An empty screen, for what scrolls. */
  clear(): void {
    if (this.entered) this.terminal.print('\x1b[2J\x1b[H');
  }

  readonly leave = (): void => {
    process.off('exit', this.leave);
    if (!this.entered) return;
    this.entered = false;
    this.keys(false);
    this.terminal.print('\x1b[?25h\x1b[?1049l');
  };

  private keys(raw: boolean): void {
    const { stdin } = this.streams;
    (stdin as Partial<NodeJS.ReadStream>).setRawMode?.(raw);
    if (raw) stdin.resume();
    else stdin.pause();
  }
}

/** Keys as they come: a sequence of the terminal is one, what was typed or pasted together is several. */
export function keysOf(text: string): string[] {
  // eslint-disable-next-line no-control-regex -- what terminals send
  return text.match(/\x1b[[O][0-9;]*[A-Za-z~]|[\s\S]/gu) ?? [];
}
