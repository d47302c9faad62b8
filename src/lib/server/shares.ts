/**
 * Of places that several share: nobody may have more than a quarter of them, and nobody less than one, so that one key that
 * waits for much leaves room for the others. Who has no name has the way in alone, and no share.
 */
export class Shares {
  private readonly taken = new Map<string, number>();
  private readonly most: number;

  constructor(places: number) {
    this.most = Math.max(1, Math.floor(places / 4));
  }

  /** false where it has its share. */
  take(name: string | undefined): boolean {
    if (name === undefined) return true;
    const has = this.taken.get(name) ?? 0;
    if (has >= this.most) return false;
    this.taken.set(name, has + 1);
    return true;
  }

  giveBack(name: string | undefined): void {
    if (name === undefined) return;
    const left = (this.taken.get(name) ?? 0) - 1;
    if (left > 0) this.taken.set(name, left);
    else this.taken.delete(name);
  }
}
