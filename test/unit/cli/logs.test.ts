import { describe, expect, it } from 'vitest';
import Logs from '../../../src/commands/logs.js';
import type { TaskLogLine } from '../../../src/lib/engine/engine.js';
import { NOW, run } from './kit.js';

const line = (changes: Partial<TaskLogLine> = {}): TaskLogLine => ({
  taskId: 'aaaaaaaa11',
  family: 'web',
  container: 'app',
  containers: 1,
  host: 'web1',
  stream: 'stdout',
  time: 0,
  timestamp: '2026-11-21T05:46:00.123456789Z',
  text: 'hello',
  ...changes,
});

const requestOf = async (...argv: string[]) => (await run(Logs, argv)).calls[0]?.input;

describe('what logs asks for', () => {
  it('is the whole cluster, unless tasks, a family or a service are named', async () => {
    expect(await requestOf()).toMatchObject({ tasks: undefined, family: undefined, service: undefined });
    expect(await requestOf('--task', 'a')).toMatchObject({ tasks: ['a'] });
    expect(await requestOf('--family', 'web', '--service', 'shop', '--cluster', 'c')).toMatchObject({
      family: 'web',
      service: 'shop',
      cluster: 'c',
    });
  });

  it('is refused where nothing can be between two times', async () => {
    const ran = await run(Logs, ['--since', '10m', '--until', '1h']);
    expect(ran).toMatchObject({ code: 2, calls: [] });
    expect(ran.err).toMatch(/^--until is not after --since/);
  });

  it('is bounded by time, number, name and pattern', async () => {
    expect(
      await requestOf('--since', '10m', '--until', '2026-11-21T05:59:00Z', '--tail', '5', '-f'),
    ).toMatchObject({ since: NOW - 600_000, until: NOW - 60_000, tail: 5, follow: true });
    expect(await requestOf('--container', 'app', '--filter-pattern', 'ERROR -"not this"')).toMatchObject({
      container: 'app',
      filterPattern: 'ERROR -"not this"',
    });
    expect(await requestOf('--filter-pattern=-health')).toMatchObject({ filterPattern: '-health' });
  });
});

it('no more is read while readers are behind', async () => {
  let taken = 0;
  const lines = async function* () {
    for (; taken < 3; taken++) yield line();
  };
  let caughtUp: (() => void) | undefined;
  const behind = new Promise<void>((resolve) => (caughtUp = resolve));
  const running = run(
    Logs,
    ['--task', 'a'],
    {},
    {
      lines,
      onTerminal: (terminal) => {
        let asked = 0;
        terminal.readersCaughtUp = () => (++asked === 2 ? behind : undefined);
      },
    },
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(taken).toBe(1);
  caughtUp?.();
  expect((await running).out).toBe('hello\nhello\nhello\n');
});

describe('a line', () => {
  const lines = [line(), line({ taskId: 'bbbbbbbb22', stream: 'stderr', text: 'oops' })];

  it.each([
    [['--task', 'a'], 'hello\n', 'oops\n'],
    [['--tasks', 'a', 'b'], '[aaaaaaaa app] hello\n', '[bbbbbbbb app] oops\n'],
    [['--family', 'web'], '[aaaaaaaa app] hello\n', '[bbbbbbbb app] oops\n'],
    [[], '[web aaaaaaaa app] hello\n', '[web bbbbbbbb app] oops\n'],
  ])('of %j says whose it is where that is not plain', async (argv, out, err) => {
    expect(await run(Logs, argv, {}, { lines })).toMatchObject({ code: 0, out, err });
  });

  it('of one task with several containers has the name of its container from the first on', async () => {
    const ran = await run(Logs, ['--task', 'a'], {}, { lines: [line({ containers: 2 })] });
    expect(ran.out).toBe('[app] hello\n');
  });

  it('has a colour for each task, where there are colours', async () => {
    const three = [...lines, line()];
    const { out, err } = await run(Logs, [], {}, { lines: three, color: true });
    expect(out).toBe('<cyan>[web aaaaaaaa app]</> hello\n'.repeat(2));
    expect(err).toBe('<magenta>[web bbbbbbbb app]</> oops\n');
  });

  it('is as it was written where no terminal is', async () => {
    const wild = [line({ text: '\u001b[2J10%\r20%' })];
    expect((await run(Logs, ['--task', 'a'], {}, { lines: wild })).out).toBe('\u001b[2J10%\r20%\n');
    expect((await run(Logs, ['--task', 'a'], {}, { lines: wild, people: true })).out).toBe('20%\n');
  });
});

describe('a form for programs', () => {
  const lines = [line(), line({ stream: 'stderr', text: 'say "no"' })];
  const printed = async (...argv: string[]) => run(Logs, ['--task', 'a', ...argv], {}, { lines });

  it('has a record for each line, of both streams, on stdout', async () => {
    const { out, err } = await printed('--output', 'json');
    expect(err).toBe('');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text) as unknown),
    ).toEqual([
      {
        timestamp: '2026-11-21T05:46:00.123456789Z',
        taskId: 'aaaaaaaa11',
        family: 'web',
        container: 'app',
        host: 'web1',
        stream: 'stdout',
        message: 'hello',
      },
      expect.objectContaining({ stream: 'stderr', message: 'say "no"' }),
    ]);
  });

  it('may be text or YAML, and a part of each record', async () => {
    expect((await printed('--output', 'text', '--query', '[stream, message]')).out).toBe(
      'stdout\thello\nstderr\tsay "no"\n',
    );
    expect((await printed('--query', 'message')).out).toBe('"hello"\n"say \\"no\\""\n');
    expect((await printed('--output', 'yaml', '--query', '{m: message}')).out).toMatch(/^- m: hello\n- m: /);
  });

  it('is no table', async () => {
    expect(await printed('--output', 'table')).toMatchObject({ code: 2, out: '' });
  });
});
