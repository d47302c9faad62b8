import { type Seal, SEALED } from './seal.js';

/**
 * What goes over a session: frames, each with a head of 9 bytes (length of the content, kind, number of the exchange), its
 * content, and where the session has one its seal.
 */

export type FrameKind = 'message' | 'out' | 'err';

export interface Frame {
  kind: FrameKind;
  /** Which exchange it belongs to: the client counts them. */
  id: number;
  /** JSON of a message, bytes of a stream else. */
  content: Buffer;
}

const KINDS: readonly FrameKind[] = ['message', 'out', 'err'];
const HEAD = 9;
const MOST_CHUNKS = 4096;

/** Frames of a session with a seal go out in the order in which they are made. */
export function encodeFrame({ kind, id, content }: Frame, seal?: Seal): Buffer {
  const head = Buffer.allocUnsafe(HEAD);
  head.writeUInt32BE(content.length, 0);
  head.writeUInt8(KINDS.indexOf(kind), 4);
  head.writeUInt32BE(id, 5);
  return Buffer.concat(seal === undefined ? [head, content] : [head, content, seal.next(head, content)]);
}

/** What comes is no frame, or a larger one than is allowed, or somebody else's: the session is over. */
export class FrameError extends Error {}

/** More than one message may have. */
export class TooLarge extends FrameError {}

/** Makes frames of what comes in; no content may have more than `most` bytes, which may depend on the exchange. Throws FrameError. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly most: number | ((id: number) => number),
    private readonly seal?: Seal,
  ) {}

  *push(chunk: Buffer): Generator<Frame> {
    this.chunks.push(chunk);
    this.size += chunk.length;
    // Each keeps a block of its own, however little is in it: what comes byte by byte must not take thousands of times its size.
    if (this.chunks.length >= MOST_CHUNKS) this.chunks = [Buffer.concat(this.chunks)];
    while (this.size >= HEAD) {
      const head = this.peek(HEAD);
      const length = head.readUInt32BE(0);
      const kind = KINDS[head.readUInt8(4)];
      if (kind === undefined) throw new FrameError('what came is no frame');
      const id = head.readUInt32BE(5);
      const most = typeof this.most === 'number' ? this.most : this.most(id);
      if (length > most) throw new TooLarge(`a frame of more than ${most} bytes`);
      const sealed = this.seal === undefined ? 0 : SEALED;
      if (this.size < HEAD + length + sealed) return;
      const whole = this.take(HEAD + length + sealed);
      const frame = whole.subarray(0, HEAD + length);
      if (this.seal?.fits(frame, whole.subarray(HEAD + length)) === false)
        throw new FrameError('what came is not of whom the session was opened with');
      yield { kind, id, content: frame.subarray(HEAD) };
    }
  }

  private peek(length: number): Buffer {
    if ((this.chunks[0]?.length ?? 0) < length) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0] as Buffer;
  }

  /** Parts are joined once they are all there: a large frame comes in many. */
  private take(length: number): Buffer {
    const [first = Buffer.alloc(0)] = this.chunks;
    const all = first.length >= length ? first : Buffer.concat(this.chunks);
    if (all !== first) this.chunks = [all];
    const rest = all.subarray(length);
    if (rest.length > 0) this.chunks[0] = rest;
    else this.chunks.shift();
    this.size -= length;
    return all.subarray(0, length);
  }
}
