import type { LogLine } from './container-types.js';
import { Frames } from './frames.js';

type Stream = LogLine['stream'];

/** Longer lines come out in pieces, so that one without an end can't fill the memory. */
const longestLine = 1024 * 1024;
/** Small ones are put together from time to time: each costs more than its bytes. */
const mostParts = 1024;
const newline = 0x0a;

interface Unfinished {
  timestamp: string;
  parts: Buffer[];
  size: number;
}

/**
 * The engine's log stream as lines. Without a terminal, each message comes in a frame. With one, it is just text. Every message begins with its time (we ask for it); one that
 * is longer than the log driver's buffer comes as several, each with a time of its own.
 */
export class LogLines {
  #framed: boolean | undefined;
  readonly #frames = new Frames();
  /** What of the present message is here and not passed on; `begun`: its beginning has been. */
  readonly #message = { parts: [] as Buffer[], size: 0, begun: false };
  readonly #unfinished = new Map<Stream, Unfinished>();

  /** The lines that this chunk completes. */
  *push(chunk: Buffer): Generator<LogLine> {
    if (chunk.length === 0) return;
    // A time begins with a digit, a frame with 0, 1 or 2.
    this.#framed ??= (chunk[0] ?? 0) <= 2;
    if (this.#framed) yield* this.#pieces(chunk);
    else yield* this.#text(chunk);
  }

  /** What is left at the end: a last line without a newline. */
  *end(): Generator<LogLine> {
    if (this.#framed === false && this.#message.size > 0) yield* this.#pass('stdout', true);
    for (const stream of [...this.#unfinished.keys()]) yield* this.#finish(stream);
  }

  *#pieces(chunk: Buffer): Generator<LogLine> {
    for (const { stream, data, ends } of this.#frames.push(chunk)) {
      let rest = data;
      while (rest.length > 0) {
        const part = rest.subarray(0, this.#room());
        rest = rest.subarray(part.length);
        this.#keep(part);
        const ended = ends && rest.length === 0;
        if (ended || this.#room() === 0) yield* this.#pass(stream, ended);
      }
    }
  }

  *#text(chunk: Buffer): Generator<LogLine> {
    let rest = chunk;
    while (rest.length > 0) {
      const end = rest.indexOf(newline);
      const part = rest.subarray(0, Math.min(end < 0 ? rest.length : end + 1, this.#room()));
      rest = rest.subarray(part.length);
      this.#keep(part);
      const ended = part.at(-1) === newline;
      if (ended || this.#room() === 0) yield* this.#pass('stdout', ended);
    }
  }

  #room(): number {
    return longestLine - this.#message.size;
  }

  #keep(part: Buffer): void {
    const message = this.#message;
    message.parts.push(part);
    message.size += part.length;
    if (message.parts.length >= mostParts) message.parts = [Buffer.concat(message.parts)];
  }

  /** Passes on what is here of the message; one that is longer than a line goes in pieces. */
  *#pass(stream: Stream, ended: boolean): Generator<LogLine> {
    const { parts, begun } = this.#message;
    const piece = Buffer.concat(parts);
    Object.assign(this.#message, { parts: [], size: 0, begun: !ended });
    yield* this.#add(stream, begun ? { timestamp: '', text: piece } : splitTime(piece));
  }

  *#add(stream: Stream, { timestamp, text }: { timestamp: string; text: Buffer }): Generator<LogLine> {
    let line = this.#unfinished.get(stream);
    if (!line) {
      line = { timestamp, parts: [], size: 0 };
      this.#unfinished.set(stream, line);
    }
    const ends = text.at(-1) === newline;
    const part = ends ? text.subarray(0, -1) : text;
    line.parts.push(part);
    line.size += part.length;
    if (ends || line.size >= longestLine || line.parts.length >= mostParts) yield* this.#finish(stream);
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
