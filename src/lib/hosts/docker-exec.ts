import { setTimeout as sleep } from 'node:timers/promises';
import type { Duplex, Writable } from 'node:stream';
import type Dockerode from 'dockerode';
import { flagOf, numberOf, objectOf } from './answer-fields.js';
import type { Exec, ExecOptions, ExecOutput, ExecStatus, TerminalSize } from './container-types.js';
import { containerOf } from './docker-paths.js';
import type { Engine } from './engine.js';
import { Frames } from './frames.js';
import { HostError } from './host-error.js';

/** Milliseconds between attempts to tell a command's size while it is being started, and how many there are. */
const startPause = 50;
const startAttempts = 20;

/**
 * A key sequence that nobody types: by the engine's own (Ctrl-P Ctrl-Q) it would hold back each Ctrl-P. It begins with
 * the one that does the least when it waits for the next key.
 */
const noDetachKeys = 'ctrl-@,ctrl-\\,ctrl-@,ctrl-^,ctrl-@,ctrl-\\,ctrl-@,ctrl-^';

/** Creates the command, starts it, and takes the connection over for its streams. Throws HostError. */
export async function startExec(engine: Engine, container: string, options: ExecOptions): Promise<Exec> {
  const { command, tty = false, stdin = false, size } = options;
  const ConsoleSize = tty && size ? [size.rows, size.columns] : undefined;
  const creation = {
    Cmd: command,
    Tty: tty,
    AttachStdin: stdin,
    AttachStdout: true,
    AttachStderr: true,
    DetachKeys: noDetachKeys,
    ConsoleSize,
  };
  const limit = engine.limits.change;
  const exec = await engine.ask(
    (docker, abortSignal) =>
      containerOf(docker, container).exec({ _body: creation, abortSignal } as Dockerode.ExecCreateOptions),
    { limit, again: true },
  );
  const start = { hijack: true, _body: { Detach: false, Tty: tty, ConsoleSize } };
  const stream = await engine.ask(
    (docker, abortSignal) =>
      docker.getExec(exec.id).start({ ...start, abortSignal } as Dockerode.ExecStartOptions),
    { limit, use: 'long' },
  );
  return new AttachedExec(engine, exec.id, stream, options);
}

class AttachedExec implements Exec {
  readonly stdin: Writable | undefined;
  #closed = false;

  constructor(
    private readonly engine: Engine,
    private readonly id: string,
    private readonly stream: Duplex,
    private readonly options: ExecOptions,
  ) {
    // Who reads the output hears of it.
    stream.on('error', () => undefined);
    this.stdin = options.stdin ? stream : undefined;
    // Engines before API 1.42 take no size at the start.
    if (options.tty && options.size) void this.#resize(options.size, startAttempts).catch(() => undefined);
  }

  get output(): AsyncIterable<ExecOutput> {
    return this.#read();
  }

  async *#read(): AsyncGenerator<ExecOutput> {
    const frames = this.options.tty ? undefined : new Frames();
    try {
      for await (const chunk of this.stream as AsyncIterable<Buffer>) {
        if (frames) yield* frames.push(chunk);
        else yield { stream: 'stdout', data: chunk };
      }
    } catch (error) {
      if (!this.#closed) throw this.engine.streamError(error);
    }
  }

  resize(size: TerminalSize): Promise<void> {
    return this.#resize(size, 1);
  }

  /** The engine refuses it for a command that is still being started, and for one that has ended. */
  async #resize({ rows, columns }: TerminalSize, attempts: number): Promise<void> {
    const _query = { h: rows, w: columns };
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        await this.engine.ask(
          (docker, abortSignal) => docker.getExec(this.id).resize({ _query, abortSignal }),
          { again: true },
        );
        return;
      } catch (error) {
        if (!(error instanceof HostError) || error.isOutage) throw error;
        if (attempt < attempts) await sleep(startPause, undefined, { ref: false });
      }
    }
  }

  async status(): Promise<ExecStatus> {
    const answer: unknown = await this.engine.ask(
      (docker, abortSignal) =>
        docker.getExec(this.id).inspect({ abortSignal } as Dockerode.ExecInspectOptions),
      { again: true },
    );
    return this.engine.understand(() => {
      const exec = objectOf(answer, 'the command');
      const running = flagOf(exec, 'Running');
      const exitCode = running ? undefined : numberOf(exec, 'ExitCode');
      return { running, exitCode, started: numberOf(exec, 'Pid') !== 0 };
    });
  }

  close(): void {
    this.#closed = true;
    this.stream.destroy();
  }
}
