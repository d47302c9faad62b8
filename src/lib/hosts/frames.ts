/** A piece of what one stream holds. */
export interface FramePiece {
  stream: 'stdout' | 'stderr';
  data: Buffer;
  /** It is the last piece of its frame. */
  ends: boolean;
}

/**
 * The engine's way to send two streams over one connection: frames of one byte for the stream, three of zero, four for
 * the length, and the content. Pieces come out as they come in: nothing of the content is kept.
 */
export class Frames {
  /** What of a frame's head is here. */
  #head: Buffer = Buffer.alloc(0);
  #frame: { stream: FramePiece['stream']; left: number } | undefined;

  *push(chunk: Buffer): Generator<FramePiece> {
    let rest = chunk;
    while (rest.length > 0) {
      if (!this.#frame) {
        const missing = 8 - this.#head.length;
        this.#head = Buffer.concat([this.#head, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (this.#head.length < 8) return;
        const left = this.#head.readUInt32BE(4);
        if (left > 0) this.#frame = { stream: (this.#head[0] ?? 0) >= 2 ? 'stderr' : 'stdout', left };
        this.#head = Buffer.alloc(0);
        continue;
      }
      const { stream } = this.#frame;
      const data = rest.subarray(0, this.#frame.left);
      rest = rest.subarray(data.length);
      this.#frame.left -= data.length;
      const ends = this.#frame.left === 0;
      if (ends) this.#frame = undefined;
      yield { stream, data, ends };
    }
  }
}
