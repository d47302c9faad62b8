import { setTimeout as sleep } from 'node:timers/promises';
import type { Writable } from 'node:stream';
import type { DockerHost } from '../hosts/docker-host.js';
import type { Exec, ExecOptions, ExecOutput, TerminalSize } from '../hosts/container-types.js';
import { engineWords, isRefusal } from './engine-words.js';

/** A command that runs in a container beside its own. */
export interface RunningCommand {
  readonly stdin: Writable | undefined;
  /** To be read once. Throws HostError where the connection is lost. */
  readonly output: AsyncIterable<ExecOutput>;
  resize(size: TerminalSize): Promise<void>;
  /** How it ended; waits where it has closed its output and goes on. Call it after the output's end. Throws HostError. */
  ended(signal: AbortSignal): Promise<CommandEnd>;
  close(): void;
}

export interface CommandEnd {
  /** As a shell counts: 128 and more where a signal ended it, 126 or 127 where it could not be started. */
  exitCode: number;
  /** Why it could not be started. */
  notStarted?: string;
}

/** Milliseconds between looks at a command that has nothing more to say and hasn't ended. */
const firstPause = 20;
const longestPause = 1000;

/**
 * Runs a command in a running container. What the engine writes where a command can't be started is no output of it:
 * it is told at the end. Throws HostError: with status 409 the container doesn't run (or is paused), with 404 it is gone.
 */
export async function runCommand(
  host: DockerHost,
  id: string,
  options: ExecOptions,
): Promise<RunningCommand> {
  try {
    return new AttachedCommand(await host.exec(id, options));
  } catch (error) {
    // Some engines look for the program before they take the connection over.
    const words = engineWords(error);
    if (isRefusal(error) && couldNotStart(words)) return unstarted(words);
    throw error;
  }
}

class AttachedCommand implements RunningCommand {
  readonly stdin: Writable | undefined;
  #refused: string | undefined;

  constructor(private readonly exec: Exec) {
    this.stdin = exec.stdin;
  }

  get output(): AsyncIterable<ExecOutput> {
    return this.#read();
  }

  async *#read(): AsyncGenerator<ExecOutput> {
    let held: ExecOutput | undefined;
    let first = true;
    for await (const piece of this.exec.output) {
      if (held) yield held;
      held = undefined;
      // It may also be what the command itself says: the end tells.
      if (first && couldNotStart(piece.data.toString())) held = piece;
      else yield piece;
      first = false;
    }
    if (!held) return;
    const { started } = await this.exec.status();
    if (started) yield held;
    else this.#refused = held.data.toString();
  }

  resize(size: TerminalSize): Promise<void> {
    return this.exec.resize(size);
  }

  async ended(signal: AbortSignal): Promise<CommandEnd> {
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      const { running, exitCode, started } = await this.exec.status();
      if (!running) {
        if (!started && this.#refused !== undefined) return refusal(this.#refused);
        return { exitCode: exitCode ?? 0 };
      }
      await sleep(pause, undefined, { signal });
    }
  }

  close(): void {
    this.exec.close();
  }
}

function unstarted(words: string): RunningCommand {
  return {
    stdin: undefined,
    output: (async function* () {})(),
    resize: async () => undefined,
    ended: async () => refusal(words),
    close: () => undefined,
  };
}

const couldNotStart = (words: string): boolean => /^OCI runtime exec failed/i.test(words);

/** `OCI runtime exec failed: … exec: "x": executable file not found in $PATH: unknown`; engines say 126 for all of them. */
function refusal(words: string): CommandEnd {
  const why = words
    .trim()
    .replace(/^OCI runtime exec failed: (exec failed: )?(unable to start container process: )?(exec: )?/i, '')
    .replace(/: unknown$/, '');
  const isMissing = /executable file not found|^"[^"]*": stat .*no such file or directory/.test(why);
  return { exitCode: isMissing ? 127 : 126, notStarted: why };
}
