import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Connections } from '../../../src/lib/server/connections.js';

/** A connection that closes when it is destroyed, as sockets do: a moment later. */
class Line extends EventEmitter {
  destroyed = false;
  destroy() {
    this.destroyed = true;
    setImmediate(() => this.emit('close'));
  }
}

function opened(most: number) {
  const connections = new Connections(most);
  const socket = (line: Line) => line as unknown as Socket;
  return {
    add(line = new Line()) {
      connections.add(socket(line));
      return line;
    },
    recognize: (line: Line, key: string | undefined = 'LSAK1') => connections.recognize(socket(line), key),
    work: (line: Line) => connections.work(socket(line)),
    rest: (line: Line) => connections.rest(socket(line)),
  };
}

const gone = (lines: readonly Line[]) => lines.map(({ destroyed }) => destroyed);

describe('where there are more connections than may be', () => {
  it('the oldest of strangers give way, one for each that comes', () => {
    const { add } = opened(2);
    const lines = [add(), add(), add(), add()];
    expect(gone(lines)).toEqual([true, true, false, false]);
  });

  it('those who have shown who they are stay', () => {
    const { add, recognize } = opened(2);
    const known = add();
    recognize(known);
    const strangers = [add(), add(), add()];
    expect(gone([known, ...strangers])).toEqual([false, true, true, false]);
  });

  it('a key with more than a quarter gives up what it has used least lately', () => {
    const { add, recognize } = opened(8);
    const other = add();
    recognize(other, 'LSAK2');
    const known = Array.from({ length: 7 }, () => add());
    for (const line of known) recognize(line);
    recognize(known[0] as Line);
    const late = [add(), add(), add(), add(), add()];
    expect(gone(known)).toEqual([false, true, true, true, true, true, false]);
    // It has a quarter now, and strangers give way.
    const last = add();
    expect(gone([other, ...late, last])).toEqual([false, true, false, false, false, false, false]);
  });

  it('what is worked on is not given up', () => {
    const { add, recognize, work, rest } = opened(2);
    const [busy, idle] = [add(), add()];
    for (const line of [busy, idle]) recognize(line);
    work(busy);
    expect(gone([add(), busy, idle])).toEqual([false, false, true]);
    rest(busy);
    const other = add();
    recognize(other);
    expect(gone([add(), busy, other])).toEqual([false, true, false]);
  });

  it('where nobody has more than a quarter, one of who has most gives way to who comes', () => {
    const { add, recognize } = opened(8);
    const known = Array.from({ length: 8 }, () => add());
    for (const [at, line] of known.entries()) recognize(line, `LSAK${at % 7}`);
    // LSAK0 has two, which is no more than a quarter.
    expect(gone([add(), ...known])).toEqual([false, true, ...Array<boolean>(7).fill(false)]);
  });

  it('who comes last has no place where all others are worked on', () => {
    const { add, recognize, work } = opened(2);
    const known = [add(), add()];
    for (const line of known) {
      recognize(line);
      work(line);
    }
    const late = add();
    expect(gone([...known, late])).toEqual([false, false, true]);
    // It was closed: what was said over it counts no more.
    recognize(late);
    expect(gone([add()])).toEqual([true]);
  });
});

it('a connection that is closed leaves its place', () => {
  const { add, recognize } = opened(2);
  const [known, stranger] = [add(), add()];
  recognize(known);
  known.emit('close');
  stranger.emit('close');
  expect(gone([add(), add()])).toEqual([false, false]);
});

it('a connection that is given a second time is one', () => {
  const { add, recognize } = opened(2);
  const line = add();
  recognize(line);
  add(line);
  expect(gone([line, add()])).toEqual([false, false]);
});
