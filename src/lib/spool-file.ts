import { randomBytes } from 'node:crypto';
import { mkdir, open, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Range } from './engine/push-image/archive.js';
import { SpoolFull, type Spool } from './engine/push-image/spool.js';

/** Bytes that are read at once. */
const chunkSize = 256 * 1024;

/**
 * A spool in a folder of the user's own. Its name is taken away at once, so that nothing stays whatever becomes of the
 * process. `expected` is about how many bytes it will hold. Throws SpoolFull, or the system's error.
 */
export async function openSpoolFile(folder: string, expected: number): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const system = await statfs(folder);
  if (system.bavail * system.bsize < expected) throw new SpoolFull(folder);
  const path = join(folder, `image-${randomBytes(8).toString('hex')}.tar`);
  const file = await open(path, 'wx+', 0o600);
  // Windows keeps the name of what is open.
  const isNameless = await unlink(path).then(
    () => true,
    () => false,
  );
  return new SpoolFile(file, folder, isNameless ? undefined : path);
}

class SpoolFile implements Spool {
  size = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly folder: string,
    private readonly path: string | undefined,
  ) {}

  async write(chunk: Buffer): Promise<void> {
    try {
      for (let done = 0; done < chunk.length;) {
        const { bytesWritten } = await this.file.write(chunk, done, chunk.length - done, this.size);
        done += bytesWritten;
        this.size += bytesWritten;
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'ENOSPC' || code === 'EDQUOT' ? new SpoolFull(this.folder, { cause: error }) : error;
    }
  }

  async readAt(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const buffer = Buffer.allocUnsafe(wanted);
    let done = 0;
    while (done < wanted) {
      const { bytesRead } = await this.file.read(buffer, done, wanted - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  }

  async *read(ranges: readonly Range[]): AsyncGenerator<Buffer> {
    for (const [start, end] of ranges)
      for (let at = start; at < end; at += chunkSize)
        yield await this.readAt(at, Math.min(chunkSize, end - at));
  }

  async close(): Promise<void> {
    await this.file.close();
    if (this.path !== undefined) await unlink(this.path).catch(() => undefined);
  }
}
