import type { LogLine } from './docker-host.js';

type Stream = LogLine['stream'];

/** Longer lines come out in pieces, so that one without an end can't fill the memory. */
const longestLine = 1024 * 1024;
const newline = 0x0a;

interface Unfinished {
  timestamp: string;
  parts: Buffer[];
  size: number;
}

/**
 * The engine's log stream as lines. Without a terminal, each message comes in a frame: one byte for the stream, three
 * of zero, four for the length. With one, it is just text. Every message begins with its time (we ask for it); one that
 * is longer than the log driver's buffer comes as several, each with a time of its own.
 */
export class LogLines {
  #pending: Buffer = Buffer.alloc(0);
  #framed: boolean | undefined;
  readonly #unfinished = new Map<Stream, Unfinished>();

  /** The lines that this chunk completes. */
  *push(chunk: Buffer): Generator<LogLine> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    // A time begins with a digit, a frame with 0, 1 or 2.
    if (this.#pending.length > 0) this.#framed ??= (this.#pending[0] ?? 0) <= 2;
    if (this.#framed) yield* this.#frames();
    else yield* this.#text();
  }

  /** What is left at the end: a last line without a newline. */
  *end(): Generator<LogLine> {
    if (this.#framed === false && this.#pending.length > 0) yield* this.#message('stdout', this.#pending);
    for (const stream of [...this.#unfinished.keys()]) yield* this.#finish(stream);
  }

  *#frames(): Generator<LogLine> {
    let at = 0;
    while (this.#pending.length - at >= 8) {
      const length = this.#pending.readUInt32BE(at + 4);
      if (this.#pending.length - at - 8 < length) break;
      const stream = this.#pending[at] === 2 ? 'stderr' : 'stdout';
      yield* this.#message(stream, this.#pending.subarray(at + 8, at + 8 + length));
      at += 8 + length;
    }
    this.#pending = this.#pending.subarray(at);
  }

  *#text(): Generator<LogLine> {
    let end = this.#pending.indexOf(newline);
    while (end >= 0 || this.#pending.length > longestLine) {
      const length = end >= 0 ? end + 1 : longestLine;
      const line = this.#pending.subarray(0, length);
      this.#pending = this.#pending.subarray(length);
      yield* this.#message('stdout', line);
      end = this.#pending.indexOf(newline);
    }
  }

  *#message(stream: Stream, message: Buffer): Generator<LogLine> {
    const { timestamp, text } = splitTime(message);
    let line = this.#unfinished.get(stream);
    if (!line) {
      line = { timestamp, parts: [], size: 0 };
      this.#unfinished.set(stream, line);
    }
    const ends = text.at(-1) === newline;
    const part = ends ? text.subarray(0, -1) : text;
    // The chunk it lies in is let go of.
    line.parts.push(Buffer.from(part));
    line.size += part.length;
    if (ends || line.size >= longestLine) yield* this.#finish(stream);
  }

  *#finish(stream: Stream): Generator<LogLine> {
    const line = this.#unfinished.get(stream);
    this.#unfinished.delete(stream);
    if (!line) return;
    // Only now: a character may have been cut in two.
    const text = Buffer.concat(line.parts).toString('utf8').replace(/\r$/, '');
    yield { stream, timestamp: line.timestamp, text };
  }
}

function splitTime(message: Buffer): { timestamp: string; text: Buffer } {
  const head = message.toString('latin1', 0, 40);
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) /.exec(head);
  if (!found) return { timestamp: '', text: message };
  return { timestamp: found[1] ?? '', text: message.subarray(found[0].length) };
}
