import { pause } from '../pause.js';

/** Ms between two looks at whether another process has changed the records. */
const POLL = 1000;

/** Something happened that may call for another plan. */
export class News {
  private there = false;
  private first = 0;
  private wake = (): void => undefined;
  private revision: number | undefined;
  /** When the first of it came; undefined where there was none. */
  toldAt: number | undefined;

  /** How many pieces there have been. */
  told = 0;

  constructor(private readonly clock: () => number) {}

  tell(): void {
    this.told += 1;
    if (!this.there) this.first = this.clock();
    this.there = true;
    this.wake();
  }

  /** Returns when there is news, when another process has changed the records, or after so many ms. */
  async next(milliseconds: number, signal: AbortSignal, revision: () => Promise<number>): Promise<void> {
    const begun = this.clock();
    const end = begun + milliseconds;
    for (;;) {
      this.revision = await revision();
      if (!this.there) {
        const woken = new AbortController();
        this.wake = () => woken.abort();
        const left = Math.max(1, Math.min(POLL, end - this.clock()));
        await pause(left, AbortSignal.any([signal, woken.signal]));
      }
      const now = this.clock();
      // A clock that was set back says nothing of how long that was.
      const isOver = now >= end || now < begun;
      if (this.there || signal.aborted || isOver || (await revision()) !== this.revision) break;
    }
    this.toldAt = this.there ? this.first : undefined;
    this.there = false;
  }
}
