import { createHash } from 'node:crypto';

/** A line, as far as it matters here. */
interface ReplayedLine {
  stream: string;
  text: string;
  /** The engine's own stamp. */
  timestamp: string;
  /** Epoch milliseconds, by one clock for all lines. */
  time?: number | undefined;
}

/** Lines of one second that are remembered: a log without times would be one second. What is older may come twice. */
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
  /** The lines of the last seconds, by their second. */
  private given = new Map<number, Second>();
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
    this.repeated = new Map();
    for (const second of this.given.values()) second.addTo(this.repeated);
    return this.latest === 0 ? undefined : this.latest - DISORDER;
  }

  /** Whether the line is new. */
  take(line: ReplayedLine): boolean {
    // A line without a time came with the one before.
    const { timestamp, time = this.latest } = line;
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
    this.remember(key, Math.floor(time / 1000) * 1000);
    return true;
  }

  /** By whole seconds, so that what is old is let go of at once, and the engine's `since` cuts nothing off. */
  private remember(key: string, at: number): void {
    // What is older than that isn't asked for again.
    if (at < this.latest - DISORDER) return;
    let second = this.given.get(at);
    if (second === undefined) this.given.set(at, (second = new Second()));
    second.add(key);
    if (at <= this.latest) return;
    this.latest = at;
    for (const then of this.given.keys()) if (then < at - DISORDER) this.given.delete(then);
  }
}

/** How often each line of a second was given; where there are very many, of the last ones. */
class Second {
  private older = new Map<string, number>();
  private newer = new Map<string, number>();

  add(key: string): void {
    this.newer.set(key, (this.newer.get(key) ?? 0) + 1);
    if (this.newer.size < MOST_GIVEN / 2) return;
    this.older = this.newer;
    this.newer = new Map();
  }

  addTo(counts: Map<string, number>): void {
    for (const half of [this.older, this.newer])
      for (const [key, count] of half) counts.set(key, (counts.get(key) ?? 0) + count);
  }
}

function keyOf({ timestamp, stream, text }: ReplayedLine): string {
  const what = text.length <= SHORT ? text : createHash('sha256').update(text).digest('base64');
  return `${timestamp} ${stream} ${what}`;
}
