/** Ms that a signature is good for: from the earliest clock that is taken to the latest. */
const GOOD_FOR = 10 * 60_000;
/** Half of those that are remembered at most: more sessions are not opened in the time. */
const MOST = 100_000;

/** What was used once and may not be used again while its signature is good. */
export class Nonces {
  private recent = new Set<string>();
  private before = new Set<string>();
  private turned: number;

  /** `now`: milliseconds, only rising. */
  constructor(private readonly now: () => number) {
    this.turned = now();
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
