import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, FrameError, FrameReader } from '../../../src/lib/protocol/frames.js';

const frame = fc.record({
  kind: fc.constantFrom<Frame['kind']>('message', 'out', 'err'),
  id: fc.nat({ max: 2 ** 32 - 1 }),
  content: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

describe('frames', () => {
  it('are the same however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.nat({ max: 40 })), (frames, cuts) => {
        const stream = Buffer.concat(frames.map((frame) => encodeFrame(frame)));
        const reader = new FrameReader(300);
        expect(pieces(stream, cuts).flatMap((piece) => [...reader.push(piece)])).toEqual(frames);
      }),
      { numRuns: 1000 },
    );
  });

  it('come as soon as they are whole', () => {
    const [head, tail] = [encodeFrame({ kind: 'out', id: 7, content: Buffer.from('abc') }), Buffer.from('d')];
    const reader = new FrameReader(10);
    expect([...reader.push(head.subarray(0, -1))]).toEqual([]);
    expect([...reader.push(head.subarray(-1))]).toEqual([
      { kind: 'out', id: 7, content: Buffer.from('abc') },
    ]);
    expect([...reader.push(tail)]).toEqual([]);
  });

  it('may be empty', () => {
    const empty: Frame = { kind: 'err', id: 0, content: Buffer.alloc(0) };
    expect([...new FrameReader(0).push(encodeFrame(empty))]).toEqual([empty]);
  });

  it('may be of another size in another exchange', () => {
    const reader = new FrameReader((id) => (id === 7 ? 11 : 10));
    const eleven = (id: number) => encodeFrame({ kind: 'out', id, content: Buffer.alloc(11) });
    expect([...reader.push(eleven(7))]).toHaveLength(1);
    expect(() => [...reader.push(eleven(8))]).toThrow('a frame of more than 10 bytes');
  });

  it('that are larger than is allowed end it before they are there', () => {
    const reader = new FrameReader(10);
    const large = encodeFrame({ kind: 'message', id: 1, content: Buffer.alloc(11) });
    expect(() => [...reader.push(large.subarray(0, 9))]).toThrow(FrameError);
  });

  it('of a kind that is none end it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 255 }), (kind) => {
        const wrong = encodeFrame({ kind: 'out', id: 1, content: Buffer.from('x') });
        wrong.writeUInt8(kind, 4);
        expect(() => [...new FrameReader(10).push(wrong)]).toThrow(FrameError);
      }),
    );
  });

  it('are garbage or wait, whatever comes: nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const reader = new FrameReader(1000);
        try {
          for (const chunk of chunks) for (const each of reader.push(Buffer.from(chunk))) void each;
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** The stream in pieces of these sizes, then the rest. */
function pieces(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const cut: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    cut.push(stream.subarray(at, at + size));
    at += size;
  }
  return [...cut, stream.subarray(at)];
}
