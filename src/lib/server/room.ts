import type { Writable } from 'node:stream';

/** Calls `go` once a stream has room for more, or is closed: nothing more is waited for then. */
export function whenRoom(stream: Writable, go: () => void): void {
  const once = () => {
    stream.off('drain', once);
    stream.off('close', once);
    go();
  };
  stream.on('drain', once);
  stream.on('close', once);
}
