import { spawn } from 'node:child_process';
import { patience } from './wait.js';

export type RunOptions = {
  /** Written to the program's standard input. */
  input?: string | Buffer;
  /** The whole environment; default: this process's own. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Milliseconds until the program and its children are killed; default 60,000. */
  timeoutMs?: number;
  /** Return a failed program's code instead of throwing. */
  mayFail?: boolean;
};

export type RunResult = { code: number; stdout: string; stderr: string };

/** A program ended with a code other than 0, was killed, or could not be started. */
class CommandFailed extends Error {
  override name = 'CommandFailed';

  constructor(
    readonly argv: string[],
    readonly result: RunResult,
  ) {
    super(`\`${argv.join(' ')}\` failed (${result.code}): ${(result.stderr || result.stdout).trim()}`);
  }
}

/**
 * Run a program (never a shell) and collect what it prints.
 * @throws CommandFailed unless `mayFail`; a program that outlives its time has code 124.
 */
export async function run(argv: string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await collect(argv, options);
  if (result.code !== 0 && !options.mayFail) throw new CommandFailed(argv, result);
  return result;
}

function collect(argv: string[], options: RunOptions): Promise<RunResult> {
  const [program = '', ...args] = argv;
  return new Promise((resolve) => {
    // A process group of its own: programs below nsenter are killed along with it.
    const env = options.env ?? environment();
    const child = spawn(program, args, { cwd: options.cwd, env, detached: true, stdio: 'pipe' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(
      () => {
        timedOut = true;
        killGroup(child.pid);
      },
      (options.timeoutMs ?? 60_000) * patience,
    );
    const finish = (code: number, note = '') => {
      clearTimeout(timer);
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() + note });
    };

    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => finish(127, error.message));
    child.on('close', (code, signal) =>
      timedOut
        ? finish(124, 'took too long and was killed')
        : finish(code ?? 128, signal ? `killed by ${signal}` : ''),
    );
    // The program may end before it has read everything.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input);
  });
}

/** This process's own; after `su` root's path lacks the folders of the programs that we need. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin` };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}
