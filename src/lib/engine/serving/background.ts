import { setTimeout as sleep } from 'node:timers/promises';

/** What goes on after its operation has answered. */
export class Background {
  private readonly running = new Set<Promise<void>>();

  /** `onFault` hears of what no record tells of. */
  constructor(private readonly onFault: (error: unknown) => void) {}

  get size(): number {
    return this.running.size;
  }

  add(work: () => Promise<void>): void {
    const tracked: Promise<void> = work()
      .catch(this.onFault)
      .finally(() => this.running.delete(tracked));
    this.running.add(tracked);
  }

  /** Until nothing is under way, or for so many ms. */
  async settled(milliseconds: number): Promise<void> {
    const over = new AbortController();
    const time = sleep(milliseconds, 'over', { signal: over.signal }).catch(() => 'over');
    try {
      while (this.running.size > 0) {
        if ((await Promise.race([Promise.all(this.running), time])) === 'over') return;
      }
    } finally {
      over.abort();
    }
  }
}
