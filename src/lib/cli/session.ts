import { setTimeout as sleep } from 'node:timers/promises';
import type { AppOptions } from '../app.js';
import { cleanJson } from '../api/steering.js';
import { readConfig, readDefaultOutput } from '../config.js';
import type { Engine } from '../engine/engine.js';
import type { EngineEvent } from '../engine/events.js';
import type { Streams } from './attach.js';
import type { CliFlags } from './flag.js';
import { type GlobalOptions, globalOptions } from './globals.js';
import { Interrupts } from './interrupts.js';
import { formatItem, formatOutput, type OutputFormat } from './output.js';
import { Progress } from './progress.js';
import { type Questions, terminalQuestions } from './prompts.js';
import type { Query } from './query.js';
import { processTerminal, type Terminal } from './terminal.js';
import { cleanLines } from './terminal-text.js';
import { UsageError } from './usage-error.js';
import { parseWords, type Words } from './words.js';

/** What a command gets from the outside; tests hand in their own. */
export interface Environment {
  terminal(color: 'on' | 'off' | 'auto'): Terminal;
  openEngine(options: AppOptions): Promise<Engine>;
  interrupts(): Interrupts;
  questions(progress: Progress, interrupts: Interrupts, terminal: Terminal): Questions;
  /** What commands in containers are connected with. */
  streams(): Promise<Streams>;
  /** Epoch milliseconds. */
  now(): number;
  /** Waits so many milliseconds. Throws the signal's reason, in an AbortError. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const processEnvironment: Environment = {
  terminal: processTerminal,
  openEngine: async (options) => (await import('../app.js')).openEngine(options),
  interrupts: () => new Interrupts(),
  questions: terminalQuestions,
  streams: async () => (await import('./attach.js')).processStreams(),
  now: Date.now,
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

/** Characters that the AWS CLI takes a line to have where stdout is no terminal. */
const PIPE_WIDTH = 80;

/** One run of a command: its words, where it speaks, and the engine once it is needed. */
export class Session {
  readonly words: Words;
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly interrupts: Interrupts;
  /** undefined where nobody can answer. */
  readonly questions: Questions | undefined;
  readonly now: () => number;
  readonly sleep: Environment['sleep'];
  /** Who else hears what the engine tells. */
  onEvent: ((event: EngineEvent) => void) | undefined;
  private opened: Promise<Engine> | undefined;
  private query: Query | undefined;
  private defaultOutput: OutputFormat = 'json';

  /** Throws UsageError. */
  constructor(
    argv: readonly string[],
    flags: CliFlags,
    private readonly environment: Environment,
  ) {
    this.words = parseWords(argv, flags);
    this.options = globalOptions(this.words);
    this.terminal = environment.terminal(this.options.color);
    this.progress = new Progress(this.terminal, { debug: this.options.debug, now: () => environment.now() });
    this.interrupts = environment.interrupts();
    this.interrupts.onSignal = (by) => {
      if (by === 'SIGINT' && this.terminal.canAsk) this.progress.leaveLine();
    };
    this.questions = this.terminal.canAsk
      ? environment.questions(this.progress, this.interrupts, this.terminal)
      : undefined;
    this.now = () => environment.now();
    this.sleep = environment.sleep;
  }

  /** Understands how the answer is to be printed, before anything is done. Throws UsageError, ConfigError. */
  async prepare(): Promise<void> {
    const { query } = this.options;
    this.defaultOutput = readDefaultOutput();
    if (query !== undefined) this.query = await (await import('./query.js')).compileQuery(query);
  }

  /** The answer is made for people: stdout is a terminal and no form or part was asked for. */
  get toPeople(): boolean {
    const { output, query } = this.options;
    return this.terminal.answerToPeople && output === undefined && query === undefined;
  }

  /** Another server of the API of ECS answers: there is neither a state nor hosts, nor what is ours. */
  get remote(): boolean {
    return this.options.endpoint?.api === 'ecs';
  }

  /** What a command in a container is connected with. */
  streams(): Promise<Streams> {
    return this.environment.streams();
  }

  /** The file that keeps the state. */
  get statePath(): string {
    return this.options.state ?? readConfig().statePath;
  }

  /** `evenWithoutState`: a state that can't be used is no error, but empty. */
  engine({ evenWithoutState }: Pick<AppOptions, 'evenWithoutState'> = {}): Promise<Engine> {
    const { state, region, connectTimeout, acceptNewHostKeys, sshConfigFile, endpoint } = this.options;
    this.opened ??= this.environment.openEngine({
      state,
      region,
      connectTimeout,
      acceptNewHostKeys,
      sshConfigFile,
      endpoint,
      evenWithoutState,
      debug: this.options.debug,
      onEvent: (event) => {
        this.progress.onEvent(event);
        this.onEvent?.(event);
      },
      ask: this.questions,
      signal: this.interrupts.signal,
    });
    return this.opened;
  }

  /** Prints an answer in ECS's shape, in the form that was asked for. Throws QueryError. */
  async printAnswer(answer: object, operation: string): Promise<void> {
    const format = this.options.output ?? this.defaultOutput;
    const width = this.terminal.answerToPeople ? this.terminal.width() : PIPE_WIDTH;
    const text = await formatOutput(answer, { format, operation, query: this.query, width });
    const safe = format === 'json' ? cleanJson : cleanLines;
    this.progress.print(this.terminal.answerToPeople ? safe(text) : text);
  }

  /** Prints one item of an answer that comes bit by bit. Throws QueryError, UsageError. */
  async printItem(item: object): Promise<void> {
    const format = this.options.output ?? 'json';
    if (format === 'table')
      throw new UsageError('--output table: what comes bit by bit has no table', 'Use json, yaml or text.');
    const text = await formatItem(item, { format, query: this.query });
    const safe = format === 'json' ? cleanJson : cleanLines;
    this.progress.print(this.terminal.answerToPeople ? safe(text) : text);
  }

  async close(): Promise<void> {
    this.progress.end();
    this.interrupts.dispose();
    const closed = this.opened?.then((engine) => engine.close()).catch(() => undefined);
    // Who is in a hurry doesn't wait for hosts that say nothing.
    const hurry = this.interrupts.by !== undefined ? [sleep(1000, undefined, { ref: false })] : [];
    await Promise.race([closed, ...hurry]);
  }
}
