import { PassThrough, type Writable } from 'node:stream';
import type {
  Exec,
  ExecOptions,
  ExecOutput,
  ExecStatus,
  TerminalSize,
} from '../../src/lib/hosts/container-types.js';
import { echo } from './fake-command.js';

const programs = ['sh', 'echo', 'true', 'false', 'cat', 'stty', 'sleep', 'exit'];

/** What the engine around it gives a command. */
interface Surroundings {
  /** Waits until the condition holds; fails when the host vanishes. */
  until(condition: () => boolean): Promise<void>;
  changed(): void;
}

/**
 * A command in a container of the engine in memory: `echo …`, `exit N`, `cat` (stdin to stdout, until it is closed),
 * `stty size`, and `sh -c` of these. A `sleep` of more than a second doesn't end; what is no program here can't be
 * started.
 */
export class FakeExec implements Exec {
  readonly stdin: Writable | undefined;
  size: TerminalSize | undefined;
  #queue: ExecOutput[] = [];
  #exitCode: number | undefined;
  #started = true;
  #closed = false;

  constructor(
    readonly options: ExecOptions,
    private readonly around: Surroundings,
  ) {
    this.size = options.size;
    const input = options.stdin ? new PassThrough() : undefined;
    this.stdin = input;
    void this.#run(input).finally(() => around.changed());
  }

  get output(): AsyncIterable<ExecOutput> {
    return this.#read();
  }

  async resize(size: TerminalSize): Promise<void> {
    this.size = size;
  }

  async status(): Promise<ExecStatus> {
    return { running: this.#exitCode === undefined, exitCode: this.#exitCode, started: this.#started };
  }

  close(): void {
    this.#closed = true;
    this.around.changed();
  }

  /** The command ends by itself, as when it is told to. */
  end(exitCode: number): void {
    this.#exitCode ??= exitCode;
    this.around.changed();
  }

  /** The command writes. */
  write(text: string, stream: ExecOutput['stream'] = 'stdout'): void {
    const { tty } = this.options;
    const data = Buffer.from(tty ? text.replaceAll('\n', '\r\n') : text);
    this.#queue.push({ stream: tty ? 'stdout' : stream, data });
    this.around.changed();
  }

  async *#read(): AsyncGenerator<ExecOutput> {
    for (;;) {
      for (let piece = this.#queue.shift(); piece; piece = this.#queue.shift()) yield piece;
      if (this.#closed || this.#exitCode !== undefined) return;
      await this.around.until(() => this.#queue.length > 0 || this.#closed || this.#exitCode !== undefined);
    }
  }

  async #run(input: PassThrough | undefined): Promise<void> {
    const [program = '', ...args] = this.options.command;
    if (!programs.includes(program)) {
      this.#started = false;
      this.write(
        `OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown\r\n`,
      );
      return this.end(126);
    }
    const isScript = program === 'sh' && args[0] === '-c';
    const steps = isScript ? (args[1] ?? '').split(/;|&&/) : [];
    const words = isScript ? steps.map((step) => step.trim().split(/\s+/)) : [[program, ...args]];
    for (const step of words) if (!(await this.#step(step, input))) return;
    this.end(0);
  }

  /** False where it goes on without end, or has ended the command. */
  async #step([word = '', ...rest]: string[], input: PassThrough | undefined): Promise<boolean> {
    if (word === 'exit' || word === 'false') this.end(word === 'exit' ? Number(rest[0] ?? 0) : 1);
    if (word === 'sh' || (word === 'sleep' && Number(rest[0]) > 1)) return false;
    if (word === 'echo') {
      const { stream, text } = echo(rest);
      this.write(`${text}\n`, stream);
    }
    if (word === 'stty') {
      // A size may be told right after the start.
      await new Promise(setImmediate);
      this.write(`${this.size?.rows ?? 0} ${this.size?.columns ?? 0}\n`);
    }
    if (word === 'cat') for await (const chunk of input ?? []) this.write(String(chunk));
    return this.#exitCode === undefined;
  }
}
