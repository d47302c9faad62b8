import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine/engine.js';
import { followLogs } from './log-lines.js';
import type { Session } from './session.js';

/** Milliseconds that lines which are still on their way have, once their tasks were stopped. */
const DRAIN = 2000;

/** Prints the logs of tasks beside a wait for them. Logs that can't be had are told of; the tasks go on all the same. */
export class LogFollower {
  private readonly stop = new AbortController();
  private readonly printing: Promise<void>;

  constructor(
    engine: Engine,
    tasks: string[],
    cluster: string | undefined,
    private readonly session: Session,
  ) {
    const request = { cluster, tasks, follow: true, signal: this.stop.signal };
    this.printing = followLogs(engine, request, session).catch(this.tell);
  }

  /** When all is printed: the logs end with their containers. */
  ended(): Promise<void> {
    return this.printing;
  }

  /** As `ended`, but no longer than a moment: for tasks that were stopped, or of which nobody knows the end. */
  async drain(): Promise<void> {
    await Promise.race([this.printing, sleep(DRAIN, undefined, { ref: false })]);
    this.leave();
  }

  /** Prints no more. */
  leave(): void {
    this.stop.abort(new Error('enough is printed'));
  }

  private readonly tell = (error: unknown): void => {
    if (this.stop.signal.aborted || this.session.interrupts.signal.aborted) return;
    const why = error instanceof Error ? error.message : String(error);
    this.session.progress.onEvent({ type: 'warning', message: `no more logs: ${why}` });
  };
}
