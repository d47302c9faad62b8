import { createHash } from 'node:crypto';
import type { ContainerLogLine } from '../../agent/logs.js';

/** Lines of one moment that are remembered: a log without times would be one moment. What is older may come twice. */
const MOST_GIVEN = 20_000;
/** Characters of a line that are remembered as they are; of longer ones, their hash. */
const SHORT = 512;
/** Milliseconds that lines of one container may stand out of order (its streams are written side by side). */
const DISORDER = 1000;

/**
 * Continues a log over a gap without losing or repeating lines: after it the last moments are asked for again, and what
 * was given of them already is left out, line by line.
 */
export class LogReplay {
  private latest = 0;
  /** How often each line of the last moments was given. */
  private given = new Map<string, { time: number; count: number }>();
  private repeated = new Map<string, number>();
  /** The first line, where the log was begun with its last lines only. */
  private first: { key: string; timestamp: string } | undefined;
  /** What stands before the first line is passed over. */
  private skipping = false;

  /** `tail`: the log is begun with its last lines; what comes before them is not to come after a gap either. */
  constructor(private readonly tail = false) {}

  /** From when to ask after a gap (epoch ms by the client's clock); undefined where nothing was given yet. */
  resume(): number | undefined {
    this.skipping = this.first !== undefined;
    this.repeated = new Map([...this.given].map(([key, { count }]) => [key, count]));
    return this.latest === 0 ? undefined : this.latest - DISORDER;
  }

  /** Whether the line is new. */
  take(line: ContainerLogLine): boolean {
    const { timestamp, time = 0 } = line;
    const key = keyOf(line);
    if (this.tail) this.first ??= { key, timestamp };
    if (this.skipping && this.first) {
      // Stamps of one engine are as long as each other.
      if (key !== this.first.key && timestamp <= this.first.timestamp) return false;
      this.skipping = false;
    }
    const before = this.repeated.get(key) ?? 0;
    if (before > 0) {
      this.repeated.set(key, before - 1);
      return false;
    }
    this.given.set(key, { time, count: (this.given.get(key)?.count ?? 0) + 1 });
    if (this.given.size > MOST_GIVEN) this.forgetOldest();
    this.advance(time);
    return true;
  }

  private forgetOldest(): void {
    for (const key of this.given.keys()) {
      this.given.delete(key);
      return;
    }
  }

  /** Whole seconds, so that what is kept is swept seldom and the engine's `since` cuts nothing off. */
  private advance(time: number): void {
    const second = Math.floor(time / 1000) * 1000;
    if (second <= this.latest) return;
    this.latest = second;
    for (const [key, { time: then }] of this.given) if (then < second - DISORDER) this.given.delete(key);
  }
}

function keyOf({ timestamp, stream, text }: ContainerLogLine): string {
  const what = text.length <= SHORT ? text : createHash('sha256').update(text).digest('base64');
  return `${timestamp} ${stream} ${what}`;
}
