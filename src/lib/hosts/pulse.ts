import type { Duplex } from 'node:stream';

/**
 * Whether anything still comes in over a connection whose other side is asked for a sign of life all the time. Silence is
 * counted in looks and not by the clock: while this machine sleeps, or has no time to look, nobody is silent.
 */
export class Pulse {
  readonly #timer: NodeJS.Timeout;
  #heard = true;
  #silentLooks = 0;

  /** Looks every so many seconds; after each one at which nothing had come `onSilence` is told for how long. */
  constructor(
    stream: Duplex,
    private readonly every: number,
    onSilence: (seconds: number) => void,
  ) {
    stream.on('data', () => (this.#heard = true));
    this.#timer = setInterval(() => {
      if (this.#heard) this.#silentLooks = 0;
      else onSilence(++this.#silentLooks * every);
      this.#heard = false;
    }, every * 1000).unref();
  }

  /** Seconds for which nothing has come, to the accuracy of a look. */
  get silence(): number {
    return this.#silentLooks * this.every;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
