import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { allWritten, roomIn } from '../../../src/lib/cli/slow-reader.js';

/** A stream that gives each piece to its reader when `read` is called. */
function pipe() {
  const waiting: (() => void)[] = [];
  const stream = new Writable({ highWaterMark: 4, write: (_chunk, _as, done) => void waiting.push(done) });
  return { stream, read: () => waiting.shift()?.() };
}

const isSettled = async (promise: Promise<void> | undefined): Promise<boolean> =>
  Promise.race([promise?.then(() => true), new Promise<boolean>((next) => setTimeout(next, 5, false))]).then(
    Boolean,
  );

it('a stream has room until its reader is behind, and again when that has read', async () => {
  const { stream, read } = pipe();
  expect(roomIn(stream)).toBeUndefined();
  stream.write('more than four');
  const room = roomIn(stream);
  expect(await isSettled(room)).toBe(false);
  read();
  await room;
  expect(roomIn(stream)).toBeUndefined();
});

it('all is written when the reader has it', async () => {
  const { stream, read } = pipe();
  expect(allWritten(stream)).toBeUndefined();
  stream.write('one');
  stream.write('two');
  const written = allWritten(stream);
  for (let piece = 0; piece < 3; piece++) {
    expect(await isSettled(written)).toBe(false);
    read();
  }
  await written;
});

it('a reader that is gone is waited for no longer', async () => {
  const { stream } = pipe();
  stream.on('error', () => undefined).write('more than four');
  const waits = [roomIn(stream), allWritten(stream)];
  stream.destroy(new Error('EPIPE'));
  await Promise.all(waits);
  expect([roomIn(stream), allWritten(stream)]).toEqual([undefined, undefined]);
});
