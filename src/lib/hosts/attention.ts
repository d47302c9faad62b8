/** Who wants to know soon when a host falls silent. */
export interface Attention {
  /** Seconds. */
  patience: number;
  /** A connection to the host was given up, since nothing came for so many seconds. */
  onSilence: (seconds: number) => void;
}

/** All who attend to a host, now; its connections look here. */
export class Attentions {
  readonly #all = new Set<Attention>();

  /** The returned function takes it back. */
  add(attention: Attention): () => void {
    this.#all.add(attention);
    return () => this.#all.delete(attention);
  }

  /** Seconds of the least patient; Infinity where nobody attends. */
  get patience(): number {
    return Math.min(...[...this.#all].map(({ patience }) => patience));
  }

  tell(seconds: number): void {
    for (const { onSilence } of this.#all) onSilence(seconds);
  }
}
