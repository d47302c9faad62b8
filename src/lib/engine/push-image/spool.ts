import type { Range } from './archive.js';

/** A file of this machine that holds an image on its way; nobody else can read it, and it is gone with the process. */
export interface Spool {
  /** What it holds so far, in bytes. */
  readonly size: number;
  /** Appends. Throws SpoolFull. */
  write(chunk: Buffer): Promise<void>;
  /** Fewer bytes at the end. */
  readAt(offset: number, length: number): Promise<Buffer>;
  /** The bytes of these ranges, one after the other, as they are asked for; many may read at once. */
  read(ranges: readonly Range[]): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** No room for it. */
export class SpoolFull extends Error {
  constructor(
    readonly folder: string,
    options?: ErrorOptions,
  ) {
    super(`no space left in ${folder}`, options);
  }
}
