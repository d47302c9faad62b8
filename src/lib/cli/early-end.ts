import type { Interruption, Interrupts } from './interrupts.js';

/** What ends a `run-task --wait` before its tasks end by themselves. */
export type EndCause = Interruption | 'time';

/** What to do where it takes too long to come to the end. */
export const howToLeave = (cause: EndCause): string =>
  cause === 'time' ? 'Ctrl-C to leave at once' : 'again to leave at once';

/** Ms; a longer timer of Node.js ends at once. */
const LONGEST = 2 ** 31 - 1;

/**
 * Watches for the first signal, or the time limit, from when it is made until `release`. A signal doesn't abort the
 * engine meanwhile: what it means is up to who asks. One after the cause does, and a second ends the process.
 */
export class EarlyEnd {
  /** The first that came. */
  cause: EndCause | undefined;
  readonly came: Promise<EndCause>;
  private readonly stopListening: () => void;
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(seconds: number | undefined, interrupts: Interrupts) {
    let come: (cause: EndCause) => void = () => undefined;
    this.came = new Promise((resolve) => (come = resolve));
    const end = (cause: EndCause): void => {
      if (this.cause !== undefined) return interrupts.abort();
      this.cause = cause;
      come(cause);
    };
    this.stopListening = interrupts.intercept(end);
    if (seconds !== undefined)
      this.timer = setTimeout(() => this.cause ?? end('time'), Math.min(seconds * 1000, LONGEST));
  }

  release(): void {
    this.stopListening();
    clearTimeout(this.timer);
  }
}
