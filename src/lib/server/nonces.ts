import { randomBytes } from 'node:crypto';
import { amzTime } from '../api/signature.js';

/** Ms that a signature is good for: from the earliest clock that is taken to the latest. */
const GOOD_FOR = 10 * 60_000;
/** Half of those that are remembered at most: more sessions are not opened in the time. */
const MOST = 100_000;

/**
 * What was used once and may not be used again while its signature is good. What was used before this server began, or at
 * another one, nobody here knows: it is told by the challenge that it was made for, or by its time.
 */
export class Nonces {
  /** Of this server, for as long as it runs. */
  readonly challenge = randomBytes(16).toString('hex');
  private recent = new Set<string>();
  private before = new Set<string>();
  private turned: number;

  /** `now`: milliseconds, only rising. `begun`: epoch milliseconds. */
  constructor(
    private readonly now: () => number,
    private readonly begun: number,
  ) {
    this.turned = now();
  }

  /** Whether it can't have been used with another server. `time`: the one that was signed, as AWS writes it. */
  isForUs(nonce: string, time: string): boolean {
    const [challenge, own] = nonce.split('.', 2);
    return own === undefined ? time >= amzTime(this.begun) : challenge === this.challenge;
  }

  /** false where it was used, or too many were. */
  use(nonce: string): boolean {
    if (this.now() - this.turned > GOOD_FOR) {
      this.before = this.recent;
      this.recent = new Set();
      this.turned = this.now();
    }
    if (this.recent.has(nonce) || this.before.has(nonce) || this.recent.size >= MOST) return false;
    this.recent.add(nonce);
    return true;
  }
}
