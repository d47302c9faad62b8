import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../src/lib/hosts/container-types.js';
import { EngineRefusal } from '../../../src/lib/hosts/engine-modem.js';
import { jsonLines } from '../../../src/lib/hosts/json-lines.js';
import { LogLines } from '../../../src/lib/hosts/log-lines.js';
import { PullProgress, splitReference } from '../../../src/lib/hosts/pull-progress.js';

const time = '2026-01-02T03:04:05.123456789Z';

function frame(stream: 'stdout' | 'stderr', message: string | Buffer): Buffer {
  const body = Buffer.from(message);
  const head = Buffer.alloc(8);
  head[0] = stream === 'stderr' ? 2 : 1;
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

function linesOf(bytes: Buffer, cuts: number[] = []): LogLine[] {
  const lines = new LogLines();
  const found: LogLine[] = [];
  const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < edges.length; i++) found.push(...lines.push(bytes.subarray(edges[i - 1], edges[i])));
  return [...found, ...lines.end()];
}

describe('LogLines', () => {
  it('tells the streams apart', () => {
    const bytes = Buffer.concat([frame('stdout', `${time} one\n`), frame('stderr', `${time} two\n`)]);
    expect(linesOf(bytes)).toEqual([
      { stream: 'stdout', timestamp: time, text: 'one' },
      { stream: 'stderr', timestamp: time, text: 'two' },
    ]);
  });

  it('puts a long message together from its parts, each of which has a time', () => {
    const later = time.replace('05.1', '06.1');
    const bytes = Buffer.concat([
      frame('stdout', `${time} ${'a'.repeat(16384)}`),
      frame('stderr', `${time} between\n`),
      frame('stdout', `${later} ${'b'.repeat(10)}\n`),
    ]);
    const [between, long] = linesOf(bytes);
    expect(between?.text).toBe('between');
    expect(long).toEqual({ stream: 'stdout', timestamp: time, text: 'a'.repeat(16384) + 'b'.repeat(10) });
  });

  it('keeps characters whole that a part or a chunk cuts in two', () => {
    const euro = Buffer.from('€');
    const bytes = Buffer.concat([
      frame('stdout', Buffer.concat([Buffer.from(`${time} `), euro.subarray(0, 1)])),
      frame('stdout', Buffer.concat([Buffer.from(`${time} `), euro.subarray(1), Buffer.from('\n')])),
    ]);
    for (let cut = 1; cut < bytes.length; cut++) expect(linesOf(bytes, [cut])[0]?.text).toBe('€');
  });

  it("reads a terminal's log, which has no frames", () => {
    const bytes = Buffer.from(`${time} one\r\n${time} \r\n${time} two`);
    expect(linesOf(bytes)).toEqual(
      ['one', '', 'two'].map((text) => ({ stream: 'stdout', timestamp: time, text })),
    );
  });

  it('gives what has no time without one, and a last line without an end', () => {
    expect(linesOf(frame('stdout', 'no time'))).toEqual([
      { stream: 'stdout', timestamp: '', text: 'no time' },
    ]);
    expect(linesOf(Buffer.alloc(0))).toEqual([]);
  });

  it('never keeps more than a MiB of a line without an end', () => {
    const lines = new LogLines();
    const part = frame('stdout', `${time} ${'x'.repeat(256 * 1024)}`);
    const found = Array.from({ length: 9 }, () => [...lines.push(part)]).flat();
    expect(found.map((line) => line.text.length)).toEqual([1024 * 1024, 1024 * 1024]);
    const raw = new LogLines();
    expect([...raw.push(Buffer.alloc(3 * 1024 * 1024, 'y'))].length).toBeGreaterThanOrEqual(2);
  });

  it('passes on a frame that is larger than a line in pieces, without waiting for its end', () => {
    const lines = new LogLines();
    const payload = Buffer.from(`${time} ${'x'.repeat(3 * 1024 * 1024)}${time} y\n`);
    const bytes = frame('stderr', payload);
    const found: LogLine[] = [];
    for (let at = 0; at < bytes.length; at += 65_536) {
      const before = found.length;
      found.push(...lines.push(bytes.subarray(at, at + 65_536)));
      if (at > 2.5 * 1024 * 1024) expect(before).toBeGreaterThan(0);
    }
    found.push(...lines.end());
    expect(found.map((line) => line.text).join('')).toBe(`${'x'.repeat(3 * 1024 * 1024)}${time} y`);
    expect(found.every(({ stream, text }) => stream === 'stderr' && text.length <= 2 * 1024 * 1024)).toBe(
      true,
    );
    expect(found[0]?.timestamp).toBe(time);
    expect([...lines.push(frame('stdout', `${time} next\n`))]).toEqual([
      { stream: 'stdout', timestamp: time, text: 'next' },
    ]);
  });

  it.each(['frames', 'text'])(
    'takes a long line of %s in single bytes without copying it each time',
    (kind) => {
      const text = Buffer.from(`${time} ${'x'.repeat(400_000)}\n`);
      const bytes = kind === 'text' ? text : frame('stdout', text);
      const lines = new LogLines();
      const found: LogLine[] = [];
      for (let at = 0; at < bytes.length; at++) found.push(...lines.push(bytes.subarray(at, at + 1)));
      expect(found.map((line) => line.text.length)).toEqual([400_000]);
    },
  );

  it('never believes a frame that says it has four GiB', () => {
    const lines = new LogLines();
    const head = Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    const found = [...lines.push(Buffer.concat([head, Buffer.alloc(5 * 1024 * 1024, 'z')]))];
    expect(found.length).toBeGreaterThanOrEqual(4);
  });

  it('gives the same lines however the bytes come', () => {
    const text = fc.stringMatching(/^[^\r\n]{0,20}$/);
    const message = fc.record({ stream: fc.constantFrom('stdout' as const, 'stderr' as const), text });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1 }), fc.array(fc.nat(2000)), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map((m) => frame(m.stream, `${time} ${m.text}\n`)));
        const expected = messages.map((m) => ({
          stream: m.stream,
          timestamp: time,
          text: Buffer.from(m.text).toString(),
        }));
        expect(linesOf(bytes, cuts)).toEqual(expected);
      }),
    );
  });
});

describe('jsonLines', () => {
  it('reads one value a line, in whatever pieces', async () => {
    async function* chunks() {
      yield Buffer.from('{"a":"€').subarray(0, 7);
      yield Buffer.from('{"a":"€').subarray(7);
      yield '"}\r\n\n{"b"';
      yield ':1}\nnot json\n{"c":2}';
    }
    const found = [];
    for await (const value of jsonLines(chunks())) found.push(value);
    expect(found).toEqual([{ a: '€' }, { b: 1 }, { c: 2 }]);
  });
});

describe('jsonLines of an engine that never ends a line', () => {
  it('fails, as told', async () => {
    async function* chunks() {
      for (;;) yield Buffer.alloc(65_536, 'x');
    }
    const read = async () => {
      for await (const value of jsonLines(chunks(), (words) => new TypeError(words))) expect(value).toBe(0);
    };
    await expect(read()).rejects.toThrow(new TypeError('the engine sent a line of more than 1 MiB'));
  });
});

it('an engine’s words in an error have an end', () => {
  expect(new EngineRefusal(500, 'x'.repeat(1e6)).message).toHaveLength(2000);
  expect(new EngineRefusal(500, ' no\n  such\r\nimage\n').message).toBe('no such image');
});

describe('PullProgress', () => {
  it('adds up what the layers tell, and never goes back', () => {
    const progress = new PullProgress();
    const sums = [
      { status: 'Pulling from library/nginx', id: 'latest' },
      { status: 'Pulling fs layer', id: 'a' },
      { status: 'Downloading', id: 'a', progressDetail: { current: 10, total: 100 } },
      { status: 'Downloading', id: 'b', progressDetail: { current: 5, total: 50 } },
      { status: 'Download complete', id: 'a' },
      { status: 'Extracting', id: 'a', progressDetail: { current: 3, total: 100 } },
      { status: 'Pull complete', id: 'b' },
      { status: 'Digest: sha256:1' },
    ].map((line) => progress.add(line));
    expect(sums.map((sum) => `${sum.current}/${sum.total}`)).toEqual([
      '0/0',
      '0/0',
      '10/100',
      '15/150',
      '105/150',
      '105/150',
      '150/150',
      '150/150',
    ]);
  });
});

it.each([
  ['nginx', 'nginx', 'latest'],
  ['nginx:1.27', 'nginx', '1.27'],
  ['reg:5000/team/app', 'reg:5000/team/app', 'latest'],
  ['reg:5000/app:2', 'reg:5000/app', '2'],
  ['app@sha256:abc', 'app', 'sha256:abc'],
  ['app:1@sha256:abc', 'app:1', 'sha256:abc'],
])('splitReference(%s)', (reference, fromImage, tag) => {
  expect(splitReference(reference)).toEqual({ fromImage, tag });
});
