/** Time that passes only when nothing else is left to do: hours of waiting take no time, in a fixed order. */
export class VirtualTime {
  #now = 1_700_000_000_000;
  #alarms: { at: number; order: number; ring: () => void }[] = [];
  #order = 0;

  readonly clock = (): number => this.#now;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      this.#alarms.push({ at: this.#now + milliseconds, order: this.#order++, ring: resolve });
    });

  /** Lets time pass until all these have ended. */
  async run(work: Promise<unknown>[]): Promise<void> {
    let busy = true;
    const all = Promise.all(work).finally(() => {
      busy = false;
    });
    // Told by the await below.
    all.catch(() => undefined);
    while (busy) {
      // All that follows from what has happened happens before the next alarm.
      await new Promise((resolve) => setImmediate(resolve));
      this.#alarms.sort((a, b) => a.at - b.at || a.order - b.order);
      const alarm = this.#alarms.shift();
      if (!alarm) continue;
      this.#now = alarm.at;
      alarm.ring();
    }
    await all;
  }
}

/** Uniform numbers 0 ≤ x < 1 that follow from the seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
