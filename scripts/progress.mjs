import { clearInterval, setInterval } from 'node:timers';

/**
 * Tells what goes on: a line for each step that has ended (`[3/9] lint … 12 s`), and one that moves on a terminal, or
 * comes every half minute elsewhere, while something runs.
 */
export class Progress {
  #running = new Map();
  #ended = 0;
  #total;
  #drawn = false;
  #lastSign = Date.now();
  #timer;

  constructor(total) {
    this.#total = total;
    const terminal = process.stderr.isTTY === true;
    this.#timer = setInterval(() => (terminal ? this.#draw() : this.#sign()), terminal ? 500 : 5000);
    this.#timer.unref();
  }

  begin(name) {
    this.#running.set(name, { since: Date.now(), now: '' });
  }

  /** What a running step is at, in a few words. */
  at(name, words) {
    const step = this.#running.get(name);
    if (step) step.now = words;
  }

  end(name, verdict = '') {
    const { since } = this.#running.get(name);
    this.#running.delete(name);
    this.#ended += 1;
    this.say(`[${this.#ended}/${this.#total}] ${name} … ${verdict}${verdict && ', '}${seconds(since)}`);
  }

  say(line) {
    this.#erase();
    this.#lastSign = Date.now();
    console.error(line);
  }

  stop() {
    clearInterval(this.#timer);
    this.#erase();
  }

  #draw() {
    this.#erase();
    const words = this.#words();
    if (words === '') return;
    process.stderr.write(words.slice(0, (process.stderr.columns ?? 80) - 1));
    this.#drawn = true;
  }

  #erase() {
    if (this.#drawn) process.stderr.write('\r\u001b[K');
    this.#drawn = false;
  }

  #sign() {
    if (this.#running.size > 0 && Date.now() - this.#lastSign > 30_000) this.say(`    ${this.#words()}`);
  }

  #words() {
    const steps = [...this.#running].map(
      ([name, { since, now }]) => `${name} (${seconds(since)})${now && `: ${now}`}`,
    );
    return steps.length === 0 ? '' : `running: ${steps.join(', ')}`;
  }
}

function seconds(since) {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}
