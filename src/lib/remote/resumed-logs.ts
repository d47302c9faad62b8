import { LogReplay } from '../log-replay.js';
import type { LogsRequest, TaskLogLine } from '../engine/engine.js';

/** Milliseconds that lines of different containers may come out of order. */
const DISORDER = 10_000;

/** Continues logs of tasks in a session of its own, without losing or repeating lines. */
export class ResumedLogs {
  private readonly replays = new Map<string, Replayed>();
  private latest = 0;

  constructor(private readonly request: LogsRequest) {}

  /** What to ask for after a gap. */
  resume(): LogsRequest {
    for (const replayed of this.replays.values()) replayed.from = replayed.replay.resume() ?? 0;
    if (this.latest === 0) return this.request;
    const since = Math.max(this.request.since ?? 0, this.latest - DISORDER);
    return { ...this.request, since, tail: undefined };
  }

  /** Whether the line is new. */
  take(line: TaskLogLine): boolean {
    const key = `${line.taskId} ${line.container}`;
    const known = this.replays.get(key);
    const replayed = known ?? { replay: new LogReplay(this.request.tail !== undefined), from: 0 };
    if (known === undefined) this.replays.set(key, replayed);
    this.latest = Math.max(this.latest, line.time);
    // What is older was given, and is no longer remembered.
    return line.time >= replayed.from && replayed.replay.take(line);
  }
}

interface Replayed {
  replay: LogReplay;
  /** Epoch milliseconds. */
  from: number;
}
