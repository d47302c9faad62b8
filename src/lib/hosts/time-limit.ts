/** Does something before and after a piece of work. */
export type Around = <T>(work: () => Promise<T>) => Promise<T>;

/** Milliseconds: Node.js ends longer timers at once. */
export const longestTimer = 2 ** 31 - 1;

/** Milliseconds from one look at the time to the next. */
const LOOK = 1000;
/** So much passes at most from one to the next where this process runs. */
const LATE = 3000;

/**
 * A time limit that stands still while a person is asked something. It is counted in looks and not by the clock alone: while this
 * process is suspended, or its machine sleeps, nobody is slow, and the answer that came meanwhile is read first.
 */
export class TimeLimit {
  #timer: NodeJS.Timeout | undefined;
  #left: number;
  #since = 0;
  #pauses = 0;

  constructor(
    readonly seconds: number,
    private readonly onOver: () => void,
  ) {
    this.#left = Math.min(seconds * 1000, longestTimer);
    this.#run();
  }

  /** Milliseconds. */
  get left(): number {
    return this.#timer === undefined ? this.#left : this.#left - this.#passed();
  }

  /** What takes place in `work` doesn't count. */
  async paused<T>(work: () => Promise<T>): Promise<T> {
    if (this.#pauses++ === 0) this.#halt();
    try {
      return await work();
    } finally {
      if (--this.#pauses === 0 && this.#left > 0) this.#run();
    }
  }

  clear(): void {
    this.#halt();
    this.#left = 0;
  }

  #run(): void {
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#look(), Math.min(LOOK, Math.max(0, this.#left)));
  }

  #look(): void {
    const isLate = performance.now() - this.#since > LATE;
    this.#halt();
    if (isLate) this.#left = Math.max(this.#left, LOOK);
    if (this.#left > 0) return this.#run();
    this.clear();
    this.onOver();
  }

  #halt(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left -= this.#passed();
  }

  #passed(): number {
    return Math.min(LATE, performance.now() - this.#since);
  }
}

/** Lets so many at once through; the others wait in line. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.take();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Waits for a place and gives what frees it again. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }
}
