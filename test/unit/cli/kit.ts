import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppOptions } from '../../../src/lib/app.js';
import type { OperationInput, OperationName } from '../../../src/lib/api/operations.js';
import { loadSchema } from '../../../src/lib/api/schema.js';
import type { LongshoreCommand } from '../../../src/lib/cli/command.js';
import { globalFlags, operationFlags } from '../../../src/lib/cli/globals.js';
import { asObject, buildInput } from '../../../src/lib/cli/input.js';
import { Interrupts } from '../../../src/lib/cli/interrupts.js';
import { memberFlags } from '../../../src/lib/cli/member-flags.js';
import type { Questions } from '../../../src/lib/cli/prompts.js';
import type { Terminal } from '../../../src/lib/cli/terminal.js';
import { parseWords } from '../../../src/lib/cli/words.js';
import type { Streams } from '../../../src/lib/cli/attach.js';
import type {
  Engine,
  Execution,
  ExecuteRequest,
  LogsRequest,
  TaskLogLine,
} from '../../../src/lib/engine/engine.js';

export const NOW = Date.parse('2026-11-21T06:00:00Z');

interface FakeTerminal extends Terminal {
  out: string;
  err: string;
  readerGone(): void;
}

/** A terminal that keeps what it is given. `people`: stdout and stderr are both read by people. */
export function fakeTerminal({
  people = false,
  canAsk = false,
  width = 80,
  rows = 24,
  color = false,
  unicode = true,
} = {}): FakeTerminal {
  const gone: (() => void)[] = [];
  const style = (name: unknown, text: string) => (color ? `<${String(name)}>${text}</>` : text);
  return {
    out: '',
    err: '',
    answerToPeople: people,
    talkToPeople: people,
    canAsk,
    unicode,
    width: () => width,
    rows: () => rows,
    print(text) {
      this.out += text;
    },
    talk(text) {
      this.err += text;
    },
    style,
    talkStyle: style,
    hideTyping: () => () => undefined,
    readersCaughtUp: () => undefined,
    onReaderGone: (listener) => void gone.push(listener),
    readerGone: () => gone.forEach((listener) => listener()),
  };
}

type Answers = {
  [K in OperationName]?: (input: OperationInput<K>, options: AppOptions, signal: AbortSignal) => unknown;
};

type Lines = TaskLogLine[] | ((request: LogsRequest) => AsyncIterable<TaskLogLine>);

interface FakeEngine extends Engine {
  calls: { operation: string; input: unknown }[];
  closed: boolean;
}

/** An engine that answers what the test says, and refuses the rest. */
function fakeEngine(answers: Answers, { lines = [], execute }: RunOptions = {}) {
  const calls: FakeEngine['calls'] = [];
  let opened: AppOptions | undefined;
  const engine: FakeEngine = {
    calls,
    closed: false,
    call: async (operation, input, { signal = new AbortController().signal } = {}) => {
      calls.push({ operation, input });
      const answer = answers[operation] as ((...given: unknown[]) => unknown) | undefined;
      if (!answer) throw new Error(`${operation} was not expected`);
      return (await answer(input, opened, signal)) as never;
    },
    logs: async function* (request) {
      const { signal: _, ...asked } = request;
      calls.push({ operation: 'Logs', input: asked });
      yield* typeof lines === 'function' ? lines(request) : lines;
    },
    execute: async (request) => {
      calls.push({ operation: 'ExecuteCommand', input: request });
      if (!execute) throw new Error('ExecuteCommand was not expected');
      return execute(request);
    },
    close: async () => void (engine.closed = true),
  };
  return {
    engine,
    open: async (options: AppOptions) => {
      opened = options;
      return engine;
    },
  };
}

export interface Ran {
  code: number;
  out: string;
  err: string;
  calls: FakeEngine['calls'];
  closed: boolean;
}

export interface RunOptions {
  people?: boolean;
  color?: boolean;
  width?: number;
  /** Instead of one that answers what the test says. */
  openEngine?: (options: AppOptions) => Promise<Engine>;
  unicode?: boolean;
  /** What `logs` gives. */
  lines?: Lines;
  execute?: (request: ExecuteRequest) => Execution;
  /** What commands in containers are connected with. */
  streams?: Streams;
  /** What somebody at the terminal says to what is asked, in turn; each question and reply is in `err`. */
  replies?: readonly (string | boolean)[];
  /** Called with the terminal, before the command runs. */
  onTerminal?: (terminal: FakeTerminal) => void;
  /** Called with what would send signals, once the command runs. */
  signals?: (send: (name: string) => void) => void;
}

type CommandClass = { id?: string } & (new (argv: string[], config: never) => LongshoreCommand);

/** Runs a command on a fake engine and terminal. */
export async function run(
  verb: CommandClass,
  argv: string[],
  answers: Answers = {},
  options: RunOptions = {},
): Promise<Ran> {
  const terminal = fakeTerminal({ ...options, canAsk: options.replies !== undefined });
  const { engine, open } = fakeEngine(answers, options);
  const listeners = new Map<string, (name: string) => void>();
  const source = {
    on: (name: string, listener: (by: string) => void) => listeners.set(name, listener),
    off: (name: string) => listeners.delete(name),
    exit: (code: number) => {
      throw new Error(`exit ${code}`);
    },
  };
  const command = new verb(argv, { bin: 'longshore' } as never);
  command.id = verb.name.replace(/(.)([A-Z])/g, '$1-$2').toLowerCase();
  command.environment = {
    terminal: () => terminal,
    openEngine: options.openEngine ?? open,
    interrupts: () => new Interrupts(source as never),
    questions: () => scriptedQuestions(options.replies ?? [], terminal),
    streams: async () => options.streams ?? nowhere(),
    now: () => NOW,
    // In memory nothing takes long enough to wait for.
    sleep: (milliseconds, signal) => sleep(milliseconds / 50, undefined, { signal }),
  };
  const before = process.exitCode;
  options.onTerminal?.(terminal);
  options.signals?.((name) => listeners.get(name)?.(name));
  await command.run();
  const code = Number(process.exitCode);
  process.exitCode = before;
  return { code, out: terminal.out, err: terminal.err, calls: engine.calls, closed: engine.closed };
}

/** Questions that are answered from a list; a text that won't do is told, and the next reply taken. */
function scriptedQuestions(replies: readonly (string | boolean)[], terminal: FakeTerminal): Questions {
  const left = [...replies];
  const ask = (message: string): string | boolean => {
    const reply = left.shift();
    if (reply === undefined) throw new Error(`nobody answers: ${message}`);
    terminal.talk(`? ${message} ${String(reply)}\n`);
    return reply;
  };
  const hidden = (message: string): string => {
    const reply = left.shift();
    if (reply === undefined) throw new Error(`nobody answers: ${message}`);
    terminal.talk(`? ${message}\n`);
    return reply as string;
  };
  return {
    hostKey: async ({ host }) => ask(`key of ${host}`) as boolean,
    passphrase: async ({ identityFile }) => ask(`passphrase of ${identityFile}`) as string,
    secret: async (message) => hidden(message),
    confirm: async (message) => ask(message) as boolean,
    choose: async (message, choices) => {
      const reply = ask(message);
      const chosen = choices.find(({ value }) => value === reply);
      if (!chosen)
        throw new Error(`${String(reply)} is none of ${choices.map(({ value }) => value).join(', ')}`);
      return chosen.value;
    },
    text: async ({ message, otherwise, fault }) => {
      for (;;) {
        const reply = ask(message) as string;
        const text = reply === '' && otherwise !== undefined ? otherwise : reply;
        const wrong = fault(text);
        if (wrong === undefined) return text;
        terminal.talk(`> ${wrong}\n`);
      }
    },
  };
}

const nowhere = (): Streams => ({
  stdin: new PassThrough().end(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  setRaw: () => undefined,
});

/** The input that a command line gives an operation. */
export async function inputOf(operation: OperationName, ...argv: string[]): Promise<Record<string, unknown>> {
  const schema = loadSchema(operation);
  const flags = { ...memberFlags(schema), ...globalFlags, ...operationFlags };
  return buildInput(schema, flags, parseWords(argv, flags), asObject);
}
