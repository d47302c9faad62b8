import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DestinationStream } from 'pino';

/** Where the log goes: whoever reads it, or no longer does, holds up nobody. */
export interface LogFile extends DestinationStream {
  /** Never blocks and never throws: what can't be written now is kept, as far as there is room, and tried again. */
  write(line: string): void;
  /** What is kept goes out, where that is possible within so many milliseconds: false where it isn't. Never throws. */
  end(milliseconds: number): Promise<boolean>;
}

/** Bytes that are kept for who reads slowly, and for a disk that is full for now. */
const MOST_KEPT = 4 * 1024 * 1024;
/** Ms until what could not be written is tried again. */
const PAUSE = 100;

/**
 * The log on a file descriptor that this process was given. Lines go out at once, so that a crash loses none; a pipe or a
 * terminal that takes no more (EAGAIN), a full disk, a reader that has gone (EPIPE) and a terminal that was closed (EIO)
 * are all the same: try again later, and say then how many lines were left out.
 */
export function openLogFile(given: number, most = MOST_KEPT): LogFile {
  const fd = withoutBlocking(given);
  let kept: Buffer[] = [];
  let bytes = 0;
  let dropped = 0;
  let retry: NodeJS.Timeout | undefined;

  function drain(): void {
    try {
      while (kept.length > 0) {
        const [first = Buffer.alloc(0)] = kept;
        const written = writeSync(fd, first);
        bytes -= written;
        if (written < first.length) kept[0] = first.subarray(written);
        else kept.shift();
        if (kept.length === 0 && dropped > 0) keep(leftOut());
      }
    } catch {
      // There is no place left where it could be told.
      retry ??= setTimeout(() => {
        retry = undefined;
        join();
        drain();
      }, PAUSE).unref();
    }
  }

  /** One write for all that has come meanwhile. */
  function join(): void {
    kept = kept.length > 1 ? [Buffer.concat(kept)] : kept;
  }

  function keep(line: string): void {
    const content = Buffer.from(line);
    kept.push(content);
    bytes += content.length;
  }

  function leftOut(): string {
    const line = { level: 'warn', time: new Date(), lines: dropped, msg: 'lines of the log were left out' };
    dropped = 0;
    return `${JSON.stringify(line)}\n`;
  }

  return {
    write(line) {
      if (bytes + line.length > most) return void dropped++;
      keep(line);
      if (retry === undefined) drain();
    },
    async end(milliseconds) {
      const until = performance.now() + milliseconds;
      while (kept.length > 0 && performance.now() < until) await sleep(PAUSE / 4);
      clearTimeout(retry);
      if (fd !== given) closeSync(fd);
      return kept.length === 0;
    },
  };
}

/**
 * Node.js writes to terminals as to files, and waits for one that is stopped (Ctrl-S): after this what it writes there is kept
 * until the terminal goes on. Others who have that terminal see nothing of it, since Node.js has opened it a second time.
 */
export function doesNotBlock(stream: NodeJS.WriteStream): void {
  if (!stream.isTTY) return;
  const { _handle: handle } = stream as { _handle?: { setBlocking?(blocks: boolean): unknown } };
  handle?.setBlocking?.(false);
}

/**
 * The same file, so that writing never waits for a reader. Terminals and pipes are opened a second time: the mode would be
 * that of all who have them, the shell too. What can't be opened again (a socket of journald's, a pipe of another user's)
 * is set as Node.js sets all that it has as a stream.
 */
function withoutBlocking(fd: number): number {
  const status = fstatSync(fd);
  if (status.isFile()) return fd;
  try {
    const { O_WRONLY, O_APPEND, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY);
  } catch {
    if (status.isSocket() || status.isFIFO()) new Socket({ fd, readable: false, writable: true }).unref();
    return fd;
  }
}
