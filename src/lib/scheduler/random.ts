import { createHash } from 'node:crypto';

/** Numbers from 0 up to, but not including, 1: the same for the same seed, on every machine. */
export function seededRandom(seed: string): () => number {
  const bytes = 6;
  let block = Buffer.alloc(0);
  let blocks = 0;
  let offset = 0;
  return () => {
    if (offset + bytes > block.length) {
      block = createHash('sha256').update(`${blocks++}:${seed}`).digest();
      offset = 0;
    }
    offset += bytes;
    return block.readUIntBE(offset - bytes, bytes) / 2 ** 48;
  };
}
