import type { Engine } from './engine.js';

/** Gives up what has not moved for so many seconds; `signal` is aborted then, or when the caller's is. */
export class Silence {
  readonly signal: AbortSignal;
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly patience: number,
    private readonly callers: AbortSignal | undefined,
  ) {
    this.signal = callers === undefined ? this.#over.signal : AbortSignal.any([callers, this.#over.signal]);
    this.broken();
  }

  /** Something moved. */
  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#over.abort(), this.patience * 1000);
  }

  /** The same items: each breaks the silence, and the time until the next one is asked for doesn't count. */
  async *between<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const item of items) {
      clearTimeout(this.#timer);
      yield item;
      this.broken();
    }
  }

  /** Throws what ended it early. */
  check(engine: Engine, what: string): void {
    this.callers?.throwIfAborted();
    if (this.#over.signal.aborted) throw engine.overdue(this.patience, what);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
