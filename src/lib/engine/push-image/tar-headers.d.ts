/** The part of tar-stream that reads and writes a header by itself; its own types leave it out. */
declare module 'tar-stream/headers.js' {
  interface TarHeader {
    name: string;
    size: number;
    type: string | null;
    linkname: string | null;
  }

  export function encode(header: {
    name: string;
    mode: number;
    uid: number;
    gid: number;
    size: number;
    mtime: Date;
    type: 'file';
  }): Buffer;
  /** null for a block of zeros. Throws Error where the checksum or the format is wrong. */
  export function decode(block: Buffer, encoding: BufferEncoding): TarHeader | null;
  /** Names and values of a pax header. */
  export function decodePax(content: Buffer): Record<string, string>;
  export function decodeLongPath(content: Buffer, encoding: BufferEncoding): string;
}
