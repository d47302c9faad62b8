import { spawn } from 'node:child_process';

export type ProgramEnd =
  | {
      kind: 'done';
      exitCode: number | null;
      signal: NodeJS.Signals | null;
      output: Buffer;
      /** The last line that it wrote to stderr, shortened. */
      lastWords: string;
    }
  | { kind: 'not-started'; code: string }
  | { kind: 'late' }
  | { kind: 'too-long' };

export interface ProgramOptions {
  /** Milliseconds. */
  patience: number;
  /** Of its output. */
  mostBytes: number;
  input?: string;
  signal?: AbortSignal;
}

/**
 * Runs a program of the user's without a shell and returns what it printed. It is killed when it takes too long or says
 * too much, and nobody waits for what it started itself. Throws only the signal's reason.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { patience, mostBytes, input, signal }: ProgramOptions,
): Promise<ProgramEnd> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    const output: Buffer[] = [];
    let size = 0;
    let said = '';
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      child.kill('SIGKILL');
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    };
    const end = (how: ProgramEnd): void => {
      leave();
      resolve(how);
    };
    const abort = (): void => {
      leave();
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => end({ kind: 'late' }), patience);
    signal?.addEventListener('abort', abort);
    child.on('error', (error: NodeJS.ErrnoException) => end({ kind: 'not-started', code: error.code ?? '' }));
    child.stdout.on('data', (chunk: Buffer) => {
      output.push(chunk);
      if ((size += chunk.length) > mostBytes) end({ kind: 'too-long' });
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
    child.on('close', (exitCode, by) =>
      end({
        kind: 'done',
        exitCode,
        signal: by,
        output: Buffer.concat(output),
        lastWords: said.trim().split(/\r?\n/).at(-1)?.slice(0, 200) ?? '',
      }),
    );
    // One that doesn't read its input is no fault.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}
