import { randomBytes } from 'node:crypto';
import { amzTime } from '../api/signature.js';

/** Ms that a signature is good for: from the earliest clock that is taken to the latest. */
const GOOD_FOR = 10 * 60_000;
/** Half of those of a key that are remembered at most: more sessions are not opened with it in the time. */
const MOST = 10_000;

/**
 * What was used once and may not be used again while its signature is good. What was used before this server began, or at
 * another one, nobody here knows: it is told by the challenge that it was made for, or by its time.
 */
export class Nonces {
  /** Of this server, for as long as it runs. */
  readonly challenge = randomBytes(16).toString('hex');
  /** By key, so that none uses up what others have. */
  private recent = new Map<string, Set<string>>();
  private before = new Map<string, Set<string>>();
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

  /** `full`: too many were used with this key. */
  use(accessKeyId: string, nonce: string): 'new' | 'used' | 'full' {
    if (this.now() - this.turned > GOOD_FOR) {
      this.before = this.recent;
      this.recent = new Map();
      this.turned = this.now();
    }
    const recent = this.recent.get(accessKeyId) ?? new Set();
    if (recent.has(nonce) || this.before.get(accessKeyId)?.has(nonce)) return 'used';
    if (recent.size >= MOST) return 'full';
    this.recent.set(accessKeyId, recent.add(nonce));
    return 'new';
  }
}
