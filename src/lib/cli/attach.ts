import { spawnSync } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Execution } from '../engine/engine.js';
import type { TerminalSize } from '../hosts/container-types.js';
import { roomIn } from './slow-reader.js';

/** What a command in a container is connected with: the process's own streams. */
export interface Streams {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; rows?: number; columns?: number };
  stderr: Writable;
  /** Makes the terminal pass on every byte as it is, in both directions; or what it was before. */
  setRaw(raw: boolean): void;
}

/** This process's own. */
export function processStreams(): Streams {
  const { stdin, stdout, stderr } = process;
  return { stdin, stdout, stderr, setRaw };
}

function setRaw(raw: boolean): void {
  process.stdin.setRawMode(raw);
  // Node.js leaves it to the terminal to put a return before each newline, which editors in a container don't want.
  if (raw) spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/** The size of the terminal that both stdin and stdout are; undefined where they aren't. */
export function terminalSize({ stdin, stdout }: Streams): TerminalSize | undefined {
  if (stdin.isTTY !== true || stdout.isTTY !== true) return undefined;
  return { rows: stdout.rows || 24, columns: stdout.columns || 80 };
}

/**
 * Connects a command's streams with ours until its output ends, or `signal` has let go of it. On a terminal every key goes to it, Ctrl-C included,
 * and it hears of each change of size; however it ends, the terminal is what it was. Throws HostError where the
 * connection is lost.
 */
export async function attach(
  execution: Execution,
  streams: Streams,
  { onTerminal, signal }: { onTerminal: boolean; signal: AbortSignal },
): Promise<void> {
  const leave = onTerminal ? enterTerminal(execution, streams) : () => undefined;
  const stopInput = execution.stdin === undefined ? () => undefined : feed(streams.stdin, execution.stdin);
  const screen = new Screen();
  let hasEnded = false;
  try {
    for await (const { stream, data } of execution.output) {
      if (onTerminal) screen.see(data);
      await write(streams[stream], data);
    }
    hasEnded = !signal.aborted;
  } finally {
    // What we leave can't put the screen in order any more.
    if (onTerminal && !hasEnded) await write(streams.stdout, screen.reset());
    stopInput();
    leave();
  }
}

/** Keys as they are typed, and changes of size. Returns what ends it. */
function enterTerminal(execution: Execution, streams: Streams): () => void {
  const { stdout } = streams;
  const resize = () => {
    const size = terminalSize(streams);
    if (size) execution.resize(size).catch(() => undefined);
  };
  // Where the process was stopped and goes on, its shell has changed the terminal's mode.
  const goOn = () => streams.setRaw(true);
  streams.setRaw(true);
  stdout.on('resize', resize);
  process.on('SIGCONT', goOn);
  return () => {
    process.off('SIGCONT', goOn);
    stdout.off('resize', resize);
    streams.setRaw(false);
  };
}

/** Passes input on until it ends, and then its end. Returns what lets go of it. */
function feed(source: Streams['stdin'], target: Writable): () => void {
  source.on('error', () => target.end());
  source.pipe(target);
  return () => {
    source.unpipe(target);
    source.pause();
    // An open pipe would keep the process.
    if (source.isTTY !== true) source.destroy();
  };
}

/** Waits where the reader is slower; what nobody reads any more is dropped. */
async function write(stream: Writable, data: Buffer): Promise<void> {
  if (stream.destroyed || stream.errored) return;
  stream.write(data);
  await roomIn(stream);
}

/** What a program has made of the screen, as far as it must be undone for it. */
class Screen {
  /** The other screen, which editors and pagers use. */
  #other = false;

  see(data: Buffer): void {
    const at = data.lastIndexOf('\x1b[?1049');
    if (at !== -1) this.#other = data[at + 7] === 'h'.charCodeAt(0);
  }

  /** No colours, a cursor, no reports of the mouse or of pasting, and the first screen. */
  reset(): Buffer {
    const modes = [1000, 1002, 1003, 1006, 2004].map((mode) => `\x1b[?${mode}l`).join('');
    return Buffer.from(`${this.#other ? '\x1b[?1049l' : ''}${modes}\x1b[?25h\x1b[0m\r\n`);
  }
}
