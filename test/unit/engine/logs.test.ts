import { describe, expect, it } from 'vitest';
import type { TaskLogLine } from '../../../src/lib/engine/engine.js';
import { LogReplay } from '../../../src/lib/log-replay.js';
import { byArrival, byTime } from '../../../src/lib/engine/logs/merge.js';
import { cluster, definition, hostOf, idOf } from './kit.js';

async function* of(...times: number[]) {
  for (const time of times) yield { time, text: '' };
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

describe('merging', () => {
  it('by time gives the earliest first, and each source in its own order', async () => {
    expect((await collect(byTime([of(1, 4, 6), of(), of(2, 3, 9)]))).map((l) => l.time)).toEqual([
      1, 2, 3, 4, 6, 9,
    ]);
  });

  it('by time reads ahead, so that what is short ends before anybody has read it', async () => {
    let ended = 0;
    async function* counted(times: number[]) {
      for (const time of times) yield { time, text: '' };
      ended += 1;
    }
    const late = Array.from({ length: 500 }, (_, i) => 1000 + i);
    const merged = byTime([
      counted([1, 2]),
      counted(late),
      counted(Array.from({ length: 3000 }, (_, i) => i)),
    ]);
    await merged.next();
    await new Promise(setImmediate);
    expect(ended).toBe(2);
    const rest = (await collect(merged)).map((l) => l.time);
    expect(rest).toHaveLength(3501);
    expect(rest).toEqual([...rest].sort((a, b) => a - b));
    const failing = (async function* () {
      yield { time: 1, text: '' };
      throw new Error('lost');
    })();
    await expect(collect(byTime([of(1, 2), failing]))).rejects.toThrow('lost');
  });

  it('by time holds little of lines that are long', async () => {
    let given = 0;
    async function* long() {
      for (; given < 50; given++) yield { time: 5, text: 'x'.repeat(1024 * 1024) };
    }
    const merged = byTime([of(1, 2, 3), long()]);
    await merged.next();
    await new Promise(setImmediate);
    expect(given).toBeLessThan(4);
    expect(await collect(merged)).toHaveLength(52);
  });

  it('by arrival loses nothing', async () => {
    expect((await collect(byArrival([of(1, 4), of(2, 3, 9)]))).map((l) => l.time).sort()).toEqual([
      1, 2, 3, 4, 9,
    ]);
  });
});

describe('a log over a dropped connection', () => {
  const line = (second: number, text: string, fraction = '000000000') => ({
    stream: 'stdout' as const,
    time: second * 1000,
    timestamp: `2026-01-01T00:00:0${second}.${fraction}Z`,
    text,
  });

  it('loses and repeats nothing, equal lines of one moment included', () => {
    const replay = new LogReplay();
    expect(replay.resume()).toBeUndefined();
    const first = [line(1, 'a'), line(2, 'b'), line(2, 'b'), line(3, 'c')];
    expect(first.map((l) => replay.take(l))).toEqual([true, true, true, true]);
    expect(replay.resume()).toBe(2000);
    const again = [line(2, 'b'), line(2, 'b'), line(3, 'c'), line(3, 'c'), line(4, 'd')];
    expect(again.map((l) => replay.take(l))).toEqual([false, false, false, true, true]);
  });

  it('is remembered by its last lines only where it has no times, and by hashes of long lines', () => {
    const replay = new LogReplay();
    const timeless = (text: string) => ({ ...line(1, text), time: undefined, timestamp: '' });
    const long = line(1, 'x'.repeat(1e6));
    for (let i = 0; i < 30_000; i++) replay.take(timeless(`line ${i}`));
    replay.take(long);
    replay.resume();
    expect(replay.take(timeless('line 1'))).toBe(true);
    expect(replay.take(timeless('line 29999'))).toBe(false);
    expect(replay.take({ ...long, text: `${long.text}y` })).toBe(true);
    expect(replay.take(long)).toBe(false);
  });
});

it('a log whose host makes up older and older times is not remembered without end', () => {
  const replay = new LogReplay();
  for (let i = 0; i < 5000; i++) {
    const time = Date.UTC(2026, 0, 1) - i * 1000;
    replay.take({ stream: 'stdout', time, timestamp: new Date(time).toISOString(), text: 'x' });
  }
  expect((Reflect.get(replay, 'given') as Map<number, unknown>).size).toBeLessThan(5);
});

describe('a log that is begun with its last lines', () => {
  it('leaves out after a gap what stood before them, also of the same moment', () => {
    const line = (text: string, timestamp = '2026-01-01T00:00:05.000000001Z') => ({
      stream: 'stdout' as const,
      time: Date.parse(timestamp),
      timestamp,
      text,
    });
    const replay = new LogReplay(true);
    expect(replay.resume()).toBeUndefined();
    expect([line('b'), line('c')].map((l) => replay.take(l))).toEqual([true, true]);
    for (let gap = 0; gap < 2; gap++) {
      replay.resume();
      const again = [line('x', '2026-01-01T00:00:04.900000000Z'), line('a'), line('b'), line('c')];
      expect(again.map((l) => replay.take(l))).toEqual([false, false, false, false]);
      expect(replay.take(line(`d${gap}`, `2026-01-01T00:00:0${5 + gap}.500000000Z`))).toBe(true);
    }
    // The beginning is out of sight by now.
    replay.resume();
    expect(replay.take(line('e', '2026-01-01T00:00:07.000000000Z'))).toBe(true);
  });
});

describe('logs', () => {
  it('come from the container, and from the record when it is gone', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    const id = idOf(tasks[0]?.taskArn);
    const host = hostOf(made, 'web1');
    const [container = ''] = [...host.containers.keys()];
    host.writeLog(container, 'one');
    host.writeLog(container, 'two', 'stderr');
    const texts = (lines: TaskLogLine[]) => lines.map((l) => `${l.stream} ${l.text}`);
    expect(texts(await collect(made.engine.logs({ tasks: [id.slice(0, 6)] })))).toEqual([
      'stdout one',
      'stderr two',
    ]);
    host.exit(container, 1);
    await made.engine.call('DescribeTasks', { tasks: [id] });
    await host.removeContainer(container);
    expect(texts(await collect(made.engine.logs({ tasks: [id] })))).toEqual(['stdout one', 'stderr two']);
    expect(made.events.some((e) => e.type === 'note' && e.message.includes('is gone from web1'))).toBe(true);
  });

  it('that are followed end with the container', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    const host = hostOf(made, 'web1');
    const [container = ''] = [...host.containers.keys()];
    const following = collect(made.engine.logs({ tasks: [idOf(tasks[0]?.taskArn)], follow: true }));
    host.writeLog(container, 'one');
    await new Promise((resolve) => setTimeout(resolve, 20));
    host.writeLog(container, 'two');
    host.exit(container, 0);
    expect((await following).map((l) => l.text)).toEqual(['one', 'two']);
  });
});
