import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * At most so many bytes of a file, a pipe or a device, and one more where there are more: what a name says of its size
 * is not believed (`/dev/zero` and files of /proc have none). `file` is a path or an open descriptor. Throws as
 * node:fs does. `size`: what was read, or what the file system says where that is more.
 */
export function readLimited(file: string | number, limit: number): { bytes: Buffer; size: number } {
  const descriptor = typeof file === 'number' ? file : openSync(file, 'r');
  try {
    const status = fstatSync(descriptor);
    if (status.isFile() && status.size > limit) return { bytes: Buffer.alloc(0), size: status.size };
    const chunks: Buffer[] = [];
    let size = 0;
    while (size <= limit) {
      const chunk = Buffer.alloc(Math.min(chunkSize, limit + 1 - size));
      const count = readSync(descriptor, chunk);
      if (count === 0) break;
      chunks.push(chunk.subarray(0, count));
      size += count;
    }
    return { bytes: Buffer.concat(chunks), size };
  } finally {
    if (typeof file === 'string') closeSync(descriptor);
  }
}

const chunkSize = 64 * 1024;
