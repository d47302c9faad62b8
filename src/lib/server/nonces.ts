import { randomBytes } from 'node:crypto';
import { amzTime } from '../api/signature.js';

/** Ms that a signature is good for: from the earliest clock that is taken to the latest. */
const GOOD_FOR = 10 * 60_000;
/** Of a key in that time: more sessions are not opened with it. */
const MOST = 10_000;

/**
 * What was used once and may not be used again while its signature is good. What was used before this server began, or at
 * another one, nobody here knows: it is told by the challenge that it was made for, or by its time.
 */
export class Nonces {
  /** Of this server, for as long as it runs. */
  readonly challenge = randomBytes(16).toString('hex');
  /** Of all keys, the oldest first. */
  private readonly used = new Map<string, { accessKeyId: string; at: number }>();
  /** Of those by key, so that none uses up what others have. */
  private readonly counts = new Map<string, number>();

  /** `now`: milliseconds, only rising. `begun`: epoch milliseconds. */
  constructor(
    private readonly now: () => number,
    private readonly begun: number,
  ) {}

  /** Whether it can't have been used with another server. `time`: the one that was signed, as AWS writes it. */
  isForUs(nonce: string, time: string): boolean {
    const [challenge, own] = nonce.split('.', 2);
    return own === undefined ? time >= amzTime(this.begun) : challenge === this.challenge;
  }

  /** `full`: too many were used with this key. */
  use(accessKeyId: string, nonce: string): 'new' | 'used' | 'full' {
    const at = this.now();
    this.forget(at - GOOD_FOR);
    // Ids of keys have no space.
    const name = `${accessKeyId} ${nonce}`;
    if (this.used.has(name)) return 'used';
    const count = this.counts.get(accessKeyId) ?? 0;
    if (count >= MOST) return 'full';
    this.used.set(name, { accessKeyId, at });
    this.counts.set(accessKeyId, count + 1);
    return 'new';
  }

  private forget(before: number): void {
    for (const [name, { accessKeyId, at }] of this.used) {
      if (at >= before) return;
      this.used.delete(name);
      const left = (this.counts.get(accessKeyId) ?? 0) - 1;
      if (left > 0) this.counts.set(accessKeyId, left);
      else this.counts.delete(accessKeyId);
    }
  }
}
