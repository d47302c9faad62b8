/** What tests use of tar-stream. */
declare module 'tar-stream' {
  import type { Readable, Writable } from 'node:stream';

  interface Header {
    name: string;
    type?: 'file' | 'directory' | 'symlink' | 'link';
    linkname?: string;
    size?: number;
    pax?: Record<string, string>;
  }

  export function pack(): Readable & {
    entry(header: Header, content?: string | Buffer): Writable;
    finalize(): void;
  };
  export function extract(): Writable & {
    on(event: 'entry', listener: (header: Header, content: Readable, next: () => void) => void): void;
  };
}
