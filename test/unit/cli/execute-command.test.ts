import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import ExecuteCommand from '../../../src/commands/execute-command.js';
import { EcsError } from '../../../src/lib/api/errors.js';
import type { Execution, ExecutionEnd } from '../../../src/lib/engine/engine.js';
import type { ExecOutput } from '../../../src/lib/hosts/container-types.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { run, type RunOptions } from './kit.js';

/** A command that writes what it is told to, and then ends so. */
class Script implements Execution {
  answer = { containerName: 'app' };
  host = 'web1';
  stdin: PassThrough | undefined = new PassThrough();
  readonly sizes: unknown[] = [];
  closed = false;
  #queue: (ExecOutput | Error | 'end')[] = [];
  #wake: () => void = () => undefined;

  constructor(private readonly end: ExecutionEnd = { exitCode: 0 }) {}

  says(item: string | Error | 'end', stream: ExecOutput['stream'] = 'stdout'): this {
    this.#queue.push(item === 'end' || item instanceof Error ? item : { stream, data: Buffer.from(item) });
    this.#wake();
    return this;
  }

  get output(): AsyncIterable<ExecOutput> {
    return this.#read();
  }

  async *#read(): AsyncGenerator<ExecOutput> {
    while (!this.closed) {
      const item = this.#queue.shift();
      if (item === 'end') return;
      if (item instanceof Error) throw item;
      if (item) yield item;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  resize = async (size: unknown) => void this.sizes.push(size);
  ended = async () => this.end;
  close = () => {
    this.closed = true;
    this.#wake();
  };
}

/** Our own side: pipes, or a terminal of 30 lines and 100 columns. */
function ownStreams(terminal: boolean) {
  const raw: boolean[] = [];
  const facts = terminal ? { isTTY: true, rows: 30, columns: 100 } : {};
  const stdin = Object.assign(new PassThrough(), facts);
  const stdout = Object.assign(new PassThrough(), facts);
  const stderr = new PassThrough();
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  const setRaw = (on: boolean) => void raw.push(on);
  return {
    streams: { stdin, stdout, stderr, setRaw },
    raw,
    out: () => read(stdout),
    err: () => read(stderr),
  };
}

const exec = (argv: string[], script: Script, options: RunOptions = {}) =>
  run(ExecuteCommand, ['--task', '1f2e', ...argv], {}, { execute: () => script, ...options });

describe('the command', () => {
  const inputOf = async (...argv: string[]) => {
    const { calls, err } = await exec(argv, new Script().says('end'));
    expect(err).toBe('');
    return calls[0]?.input;
  };

  it('comes in one text as with AWS, or in words', async () => {
    expect(await inputOf('--interactive', '--command', '/bin/sh -i')).toEqual({
      task: '1f2e',
      command: '/bin/sh -i',
      interactive: true,
    });
    expect(await inputOf('--container', 'app', '--', 'sh', '-c', "echo 'a b'")).toEqual({
      task: '1f2e',
      container: 'app',
      command: `sh -c 'echo '\\''a b'\\'''`,
      interactive: true,
    });
    expect(await inputOf('--non-interactive', '--', 'ls')).toMatchObject({ interactive: false });
  });

  it.each([
    [['--command', 'ls', '--', 'ls'], /both given/],
    [[], /--command must be given/],
    [['ls'], /"ls" belongs to no flag/],
  ])('given as %j is a usage error', async (argv, message) => {
    const { code, err } = await exec(argv, new Script());
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('in a script', () => {
  it('gets our input and its end; gives its streams apart, and its exit code', async () => {
    const own = ownStreams(false);
    const script = new Script({ exitCode: 7 });
    const running = exec(['--', 'x'], script, { streams: own.streams });
    own.streams.stdin.end('in');
    expect(await text(script.stdin as PassThrough)).toBe('in');
    script.says('out').says('err', 'stderr').says('end');
    expect((await running).code).toBe(7);
    expect([own.out(), own.err()]).toEqual(['out', 'err']);
    expect(own.raw).toEqual([]);
  });

  it('that has ended before our input lets go of it', async () => {
    const own = ownStreams(false);
    expect((await exec(['--', 'x'], new Script().says('end'), { streams: own.streams })).code).toBe(0);
    expect(own.streams.stdin.destroyed).toBe(true);
  });

  it('is let go of when nobody reads on', async () => {
    const script = new Script().says('one');
    const ran = exec(['--', 'x'], script, {
      onTerminal: (terminal) => setTimeout(() => terminal.readerGone(), 20),
    });
    expect((await ran).code).toBe(0);
    expect(script.closed).toBe(true);
  });

  it('that can not be started is told', async () => {
    const end = { exitCode: 127, notStarted: '"x": executable file not found in $PATH' };
    const { code, err } = await exec(['--', 'x'], new Script(end).says('end'));
    expect(code).toBe(127);
    expect(err).toBe('"x": executable file not found in $PATH\n');
  });

  it('that is refused gives a code that no command has', async () => {
    const execute = () => {
      throw new EcsError(
        'InvalidParameterException',
        'The task has 2 running containers: a, b.',
        'Say which',
      );
    };
    const { code, err } = await exec(['--', 'x'], new Script(), { execute });
    expect(code).toBe(125);
    expect(err).toContain(
      'An error occurred (InvalidParameterException) when calling the ExecuteCommand operation: The task has 2',
    );
  });

  it('that is interrupted says what is left', async () => {
    const script = new Script();
    const signals = (send: (name: string) => void) => {
      setTimeout(() => {
        send('SIGINT');
        // As the engine does when it is aborted.
        script.close();
      }, 20);
    };
    const { code, err } = await exec(['--', 'x'], script, { signals });
    expect(code).toBe(130);
    expect(err).toBe('the command may still run in the container app on web1\ninterrupted\n');
  });
});

describe('on a terminal', () => {
  it('gets each key as it is typed, and each change of size', async () => {
    const own = ownStreams(true);
    const script = new Script();
    const running = exec(['--', 'sh'], script, { streams: own.streams });
    await vi.waitFor(() => expect(own.raw).toEqual([true]));
    own.streams.stdin.write('\x03');
    expect(await new Promise((resolve) => script.stdin?.once('data', resolve))).toEqual(Buffer.from([3]));
    Object.assign(own.streams.stdout, { rows: 10, columns: 20 });
    own.streams.stdout.emit('resize');
    script.says('end');
    const { calls, code } = await running;
    expect(calls[0]?.input).toMatchObject({ terminal: { rows: 30, columns: 100 } });
    expect(script.sizes).toEqual([{ rows: 10, columns: 20 }]);
    expect(own.raw).toEqual([true, false]);
    expect(code).toBe(0);
  });

  it('has none of its own without --interactive, or where only one side is a terminal', async () => {
    const own = ownStreams(true);
    const script = new Script();
    script.stdin = undefined;
    const without = await exec(['--non-interactive', '--', 'x'], script.says('end'), {
      streams: own.streams,
    });
    expect(without.calls[0]?.input).not.toHaveProperty('terminal.rows');
    const half = { ...own.streams, stdout: ownStreams(false).streams.stdout };
    const { calls } = await exec(['--', 'x'], new Script().says('end'), { streams: half });
    expect(calls[0]?.input).not.toHaveProperty('terminal.rows');
    expect(own.raw).toEqual([]);
  });

  it('is put in order when we leave it', async () => {
    const own = ownStreams(true);
    const script = new Script().says('\x1b[?1049h~\n');
    const signals = (send: (name: string) => void) => {
      setTimeout(() => {
        send('SIGTERM');
        script.close();
      }, 20);
    };
    const { code } = await exec(['--', 'vi'], script, { streams: own.streams, signals });
    expect(code).toBe(143);
    expect(own.raw).toEqual([true, false]);
    expect(own.out()).toContain('\x1b[?1049l');
  });

  it('is put in order when the connection is lost', async () => {
    const own = ownStreams(true);
    const lost = new HostError('web1', 'lost', 'web1: the connection dropped', 'check the host');
    const script = new Script().says('\x1b[?1049h~\n').says(lost);
    const { code, err } = await exec(['--', 'vi'], script, { streams: own.streams });
    expect(code).toBe(125);
    expect(err).toBe(
      'web1: the connection dropped\ncheck the host; the command may still run in the container app on web1\n',
    );
    expect(own.raw).toEqual([true, false]);
    const shown = own.out();
    expect(shown).toContain('\x1b[?1049l');
    expect(shown).toContain('\x1b[?25h\x1b[0m');
  });
});
