/** What stands between a caller and the engine in memory: failures, hanging, and the host's absence. */
export class Gate<Method extends string> {
  #gone = false;
  readonly #failures = new Map<Method, Error[]>();
  readonly #hanging = new Set<Method | 'all'>();
  readonly #watchers = new Set<() => void>();

  constructor(private readonly absence: () => Error) {}

  /** Returns at once, or throws what was ordered, or waits until it is released, or aborted. */
  async pass(method: Method, signal?: AbortSignal): Promise<void> {
    if (this.#gone) throw this.absence();
    const failure = this.#failures.get(method)?.shift();
    if (failure) throw failure;
    await this.until(() => !this.#hanging.has('all') && !this.#hanging.has(method), signal);
  }

  failNext(method: Method, error: Error): void {
    this.#failures.set(method, [...(this.#failures.get(method) ?? []), error]);
  }

  hang(method?: Method): void {
    this.#hanging.add(method ?? 'all');
  }

  release(): void {
    this.#hanging.clear();
    this.changed();
  }

  vanish(): void {
    this.#gone = true;
    this.changed();
  }

  comeBack(): void {
    this.#gone = false;
  }

  /** Those who wait look again. */
  changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Resolves when the condition holds; rejects with the signal's reason, or when the host is gone. */
  until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.#gone) finish(() => reject(this.absence()));
        else if (signal?.aborted) finish(() => reject(signal.reason as Error));
        else if (condition()) finish(resolve);
      };
      const finish = (outcome: () => void) => {
        this.#watchers.delete(look);
        signal?.removeEventListener('abort', look);
        outcome();
      };
      this.#watchers.add(look);
      signal?.addEventListener('abort', look);
      look();
    });
  }
}
