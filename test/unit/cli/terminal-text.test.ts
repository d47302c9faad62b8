import { describe, expect, it } from 'vitest';
import ListTasks from '../../../src/commands/list-tasks.js';
import Logs from '../../../src/commands/logs.js';
import { shorten } from '../../../src/lib/api/shorten.js';
import { tellError } from '../../../src/lib/cli/command.js';
import { Progress } from '../../../src/lib/cli/progress.js';
import { clean, cleanLines, logLine } from '../../../src/lib/cli/terminal-text.js';
import { fakeTerminal, run } from './kit.js';

const evil = 'a\u001b]0;x\u0007b\u009b31mc\u202ed\u2066e\rf';
// eslint-disable-next-line no-control-regex -- what must not be there
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('text for a terminal', () => {
  it('steers nothing', () => {
    expect(clean(`${evil}\n\tx`)).toBe('a ]0;x b 31mc d e f x');
    expect(cleanLines(`${evil}\n\tx`)).toBe('a ]0;x b 31mc d e f\n\tx');
    expect(shorten(evil)).not.toMatch(steering);
  });

  it('is what errors are told in, with their remedies and stacks', () => {
    const terminal = fakeTerminal();
    const error = new Error(`x\n${evil}`);
    tellError({ message: evil, remedy: evil, code: 1 }, error, terminal, true);
    expect(terminal.err).not.toMatch(steering);
    expect(terminal.err.split('\n').length).toBeGreaterThan(5);
  });

  it('is what progress tells of hosts', () => {
    const terminal = fakeTerminal();
    const progress = new Progress(terminal, { now: () => 0, debug: true });
    progress.tellTasks = true;
    progress.onEvent({ type: 'task-withdrawn', taskId: 'a', host: evil, reason: evil });
    progress.onEvent({ type: 'task-state', taskId: 'a', host: evil, lastStatus: 'RUNNING' });
    progress.onEvent({ type: 'step', what: evil, milliseconds: 1, host: evil });
    progress.end();
    expect(terminal.err).toMatch(/\n.*\n.*\n/);
    expect(terminal.err).not.toMatch(steering);
  });

  it.each(['json', 'yaml', 'text', 'table'])(
    'is --output %s on a terminal, and nowhere else',
    async (format) => {
      const answers = { ListTasks: () => ({ taskArns: [evil] }) };
      const shown = await run(ListTasks, ['--output', format], answers, { people: true });
      expect(shown.out).not.toMatch(steering);
      const piped = await run(ListTasks, ['--output', format], answers);
      if (format === 'json' || format === 'text') expect(piped.out).toMatch(steering);
    },
  );

  it('is what stands before a log line; the line is the container’s own', async () => {
    const line = {
      host: evil,
      time: 0,
      taskId: evil,
      family: evil,
      container: evil,
      containers: 1,
      stream: 'stdout' as const,
      timestamp: evil,
      text: '\u001b[31mred',
    };
    const { out } = await run(
      Logs,
      ['--tasks', 'a'.repeat(32), 'b'.repeat(32), '--timestamps'],
      { DescribeTasks: () => ({ tasks: [] }) },
      { lines: [line], people: true },
    );
    expect(out).toContain('\u001b[31mred\u001b[0m\n');
    expect(out.replace('\u001b[31mred\u001b[0m', '')).not.toMatch(steering);
  });

  it('is how a stray word is repeated', async () => {
    const { err, code } = await run(ListTasks, [`${evil}${'x'.repeat(5000)}`]);
    expect(code).toBe(2);
    expect(err).not.toMatch(steering);
    expect(err.length).toBeLessThan(400);
  });
});

describe('a log line for a terminal', () => {
  it.each<[string, string]>([
    ['plain\ttext €', 'plain\ttext €'],
    ['\u001b[1;31mERROR\u001b[0m x', '\u001b[1;31mERROR\u001b[0m x\u001b[0m'],
    ['\u001b[2J\u001b[Hgone', 'gone'],
    ['\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\link', 'alink'],
    ['10%\r50%\r100%', '100%'],
    ['done\r', 'done'],
    ['bell\u0007 \u009b31m \u202eback', 'bell   31m  back'],
    ['\u001b', ' '],
  ])('%j', (text, shown) => expect(logLine(text)).toBe(shown));

  it.each<[string, string, string]>([
    ['returns', `${'\r'.repeat(200_000)}x`, 'x'],
    ['sequences that begin', `${'\u001b['.repeat(200_000)}x`, ''],
    ['titles that begin', `${'\u001b]'.repeat(200_000)}x`, ''],
    ['blanks in a sequence', `\u001b[${' '.repeat(200_000)}\u001b`, ''],
  ])('of very many %s takes a moment', (_, text, shown) => {
    const began = performance.now();
    expect(logLine(text).trimStart().startsWith(shown)).toBe(true);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
