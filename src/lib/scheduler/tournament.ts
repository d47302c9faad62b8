/**
 * A knock-out tournament that can be replayed: entrants have fixed places and keys (compared from left to right,
 * smallest first), and each match keeps its winner and how many entrants are equal to it. Changing one entrant replays
 * only its own way to the final; finding the best, how many tie with it, and any one of those is as cheap.
 */
export class Tournament {
  private readonly firstLeaf: number;
  private readonly keys: Float64Array;
  /** By match, 1 the final: place of the winner (the leftmost of equals), -1 where nobody entered. */
  private readonly winners: Int32Array;
  private readonly ties: Int32Array;

  /** `width` is the number of keys an entrant has. */
  constructor(
    places: number,
    private readonly width: number,
  ) {
    this.firstLeaf = 2 ** Math.ceil(Math.log2(Math.max(places, 1)));
    this.keys = new Float64Array(places * width);
    this.winners = new Int32Array(2 * this.firstLeaf).fill(-1);
    this.ties = new Int32Array(2 * this.firstLeaf);
  }

  /** Place of the best, -1 where nobody is in. */
  get best(): number {
    return this.winners[1] ?? -1;
  }

  /** How many are as good as the best, itself included. */
  get tied(): number {
    return this.ties[1] ?? 0;
  }

  key(place: number, index: number): number {
    return this.keys[place * this.width + index] ?? 0;
  }

  /** Enters with these keys, or with new ones. `weight`: how many it stands for among those that tie. */
  enter(place: number, keys: ArrayLike<number>, weight = 1): void {
    this.keys.set(keys, place * this.width);
    this.replay(place, place, weight);
  }

  leave(place: number): void {
    if (this.winners[this.firstLeaf + place] !== -1) this.replay(place, -1, 0);
  }

  /** The `nth` (from 0) of those that tie with the best, from left to right; `rest` counts on inside its weight. */
  pick(nth: number): { place: number; rest: number } {
    let match = 1;
    let rest = nth;
    while (match < this.firstLeaf) {
      match *= 2;
      const left = this.winners[match] ?? -1;
      if (left >= 0 && this.compare(left, this.best) === 0) {
        const before = this.ties[match] ?? 0;
        if (rest < before) continue;
        rest -= before;
      }
      match += 1;
    }
    return { place: match - this.firstLeaf, rest };
  }

  private replay(place: number, winner: number, weight: number): void {
    const { winners, ties } = this;
    let match = this.firstLeaf + place;
    winners[match] = winner;
    ties[match] = weight;
    for (match >>= 1; match >= 1; match >>= 1) {
      const left = winners[2 * match] ?? -1;
      const right = winners[2 * match + 1] ?? -1;
      const order = this.compare(left, right);
      winners[match] = order <= 0 ? left : right;
      ties[match] = (order <= 0 ? (ties[2 * match] ?? 0) : 0) + (order >= 0 ? (ties[2 * match + 1] ?? 0) : 0);
    }
  }

  /** Negative where `a` is better. Whoever entered is better than nobody. */
  private compare(a: number, b: number): number {
    if (a < 0 || b < 0) return Math.sign(b - a);
    const { keys, width } = this;
    for (let index = 0; index < width; index++) {
      const left = keys[a * width + index] ?? 0;
      const right = keys[b * width + index] ?? 0;
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  }
}
