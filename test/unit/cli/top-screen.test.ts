import { PassThrough } from 'node:stream';
import { Terminal } from '@xterm/headless';
import { expect, it } from 'vitest';
import { Screen } from '../../../src/lib/cli/top/screen.js';
import { fakeTerminal } from './kit.js';

/** A screen on a terminal of 20 columns, and the lines that can be seen there. */
function shown(rows: number) {
  const terminal = new Terminal({ cols: 20, rows, convertEol: true, allowProposedApi: true });
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const print = (text: string) => terminal.write(text);
  const screen = new Screen(
    { ...fakeTerminal(), print },
    { ...streams, setRaw: () => undefined },
    {
      key: () => undefined,
      redraw: () => undefined,
    },
  );
  screen.enter();
  return {
    screen,
    print,
    resize: (height: number) => terminal.resize(20, height),
    lines: async () => {
      await new Promise<void>((resolve) => terminal.write('', resolve));
      const { active } = terminal.buffer;
      return Array.from({ length: terminal.rows }, (_, i) => active.getLine(i)?.translateToString(true));
    },
  };
}

it('what scrolls leaves the last line where it is', async () => {
  const { screen, print, lines } = shown(5);
  screen.scrollAbove('q comes back', 5);
  print('1\n2\n');
  expect(await lines()).toEqual(['1', '2', '', '', 'q comes back']);
  for (let i = 3; i < 30; i++) print(`${i}\n`);
  expect(await lines()).toEqual(['27', '28', '29', '', 'q comes back']);
  screen.draw(['a', 'b', 'c', 'd', 'e']);
  expect(await lines()).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('in another size it goes on, above one such line', async () => {
  const { screen, print, lines, resize } = shown(5);
  screen.scrollAbove('q comes back', 5);
  for (let i = 1; i < 10; i++) print(`${i}\n`);
  resize(7);
  screen.scrollAbove('q comes back', 7);
  print('10\n');
  expect((await lines()).filter((line) => line === 'q comes back')).toHaveLength(1);
  expect((await lines()).at(-1)).toBe('q comes back');
  expect(await lines()).toContain('10');
  screen.leave();
});
