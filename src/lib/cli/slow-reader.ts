import type { Writable } from 'node:stream';

/**
 * Resolves when a stream takes more, where its reader is slower than we are (`| less`), or when nobody reads it any
 * more; undefined where it takes more already.
 */
export function roomIn(stream: Writable): Promise<void> | undefined {
  if (!stream.writableNeedDrain || stream.destroyed || stream.errored) return undefined;
  return orGone(stream, (resolve) => stream.once('drain', resolve));
}

/** Resolves when all that was written is with the reader, or when there is none any more. */
export function allWritten(stream: Writable): Promise<void> | undefined {
  if (stream.writableLength === 0 || stream.destroyed || stream.errored) return undefined;
  return orGone(stream, (resolve) => stream.write('', () => resolve()));
}

function orGone(stream: Writable, when: (resolve: () => void) => void): Promise<void> {
  return new Promise<void>((resolve) => {
    const done = () => {
      for (const event of ['close', 'error', 'drain']) stream.off(event, done);
      resolve();
    };
    stream.on('close', done).on('error', done);
    when(done);
  });
}
