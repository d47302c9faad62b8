import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, FrameError, FrameReader } from '../../../src/lib/protocol/frames.js';
import { sealsFrom, sealsOf } from '../../../src/lib/protocol/seal.js';

const SIGNATURE = 'ab'.repeat(32);
const seals = (salt = '01', secret = 'hush') => sealsOf(secret, SIGNATURE, salt);
const frame = (text: string): Frame => ({ kind: 'message', id: 1, content: Buffer.from(text) });

describe('frames of a session with a seal', () => {
  const sent = (one = seals()) => ['one', 'two', 'three'].map((text) => encodeFrame(frame(text), one.client));
  const read = (frames: readonly Buffer[], one = seals()) => {
    const reader = new FrameReader(100, one.client);
    return frames.flatMap((each) => [...reader.push(each)]).map(({ content }) => content.toString());
  };

  it('come as they were sent, however the stream is cut', () => {
    expect(read(sent())).toEqual(['one', 'two', 'three']);
    const all = Buffer.concat(sent());
    expect(read([...all].map((byte) => Buffer.from([byte])))).toEqual(['one', 'two', 'three']);
  });

  it.each<[string, (frames: Buffer[]) => Buffer[]]>([
    ['left out', ([, ...rest]) => rest],
    ['sent twice', ([first, ...rest]) => [first as Buffer, first as Buffer, ...rest]],
    ['put in another order', (frames) => [...frames].reverse()],
    ['added without a seal', (frames) => [encodeFrame(frame('evil')), ...frames]],
    ['of the other side', (frames) => [encodeFrame(frame('one'), seals().server), ...frames]],
    ['of another session', () => sent(seals('02'))],
    ['of who has another secret', () => sent(seals('01', 'guessed'))],
  ])('end it where one is %s', (_what, change) => {
    expect(() => read(change(sent()))).toThrow(FrameError);
  });

  it('end it where a byte is another', () => {
    const [first = Buffer.alloc(0)] = sent();
    for (let at = 4; at < first.length; at++) {
      const [changed = Buffer.alloc(0)] = sent();
      changed.writeUInt8((first[at] ?? 0) ^ 1, at);
      expect(() => read([changed])).toThrow(FrameError);
    }
  });
});

it('whoever answers proves that it has the secret, for that very request', () => {
  const { header } = seals();
  expect(sealsFrom(header, 'hush', SIGNATURE)).toMatchObject({ header });
  expect(sealsFrom(header, 'other', SIGNATURE)).toBeUndefined();
  expect(sealsFrom(header, 'hush', 'cd'.repeat(32))).toBeUndefined();
  for (const wrong of ['', '.', '01', '01.', `02${header.slice(2)}`, 'undefined', `${header}0`])
    expect(sealsFrom(wrong, 'hush', SIGNATURE)).toBeUndefined();
});
