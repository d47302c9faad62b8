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
    recognize: (line: Line) => connections.recognize(socket(line)),
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

  it('who comes last has no place among those who have shown who they are', () => {
    const { add, recognize } = opened(2);
    const known = [add(), add()];
    known.forEach(recognize);
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
