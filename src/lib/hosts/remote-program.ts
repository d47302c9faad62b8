import type { Duplex } from 'node:stream';
import type { ProgramExit, SshLink } from './ssh-link.js';
import { TimeLimit } from './time-limit.js';

/** Seconds. What is asked of a host itself is small, mostly. */
const usualLimit = 10;
const mostOutput = 4 * 1024 * 1024;

export interface ProgramResult {
  code: number | null;
  stdout: string;
}

/**
 * Runs a program on a host and gives what it printed. The command is a fixed text of ours, in which whatever comes
 * from elsewhere went through `quoteWord`. Without an answer in time (`limit`, in
 * seconds) the code is null. Throws what opening a channel
 * throws.
 */
export async function runProgram(
  link: SshLink,
  command: string,
  limit: number = usualLimit,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let stream: Duplex | undefined;
    // The exit code and the end of the output come in any order.
    const awaited = new Set(['exit', 'output']);
    let code: number | null = null;
    const finish = () => {
      timer.clear();
      stream?.destroy();
      resolve({ code: awaited.size === 0 ? code : null, stdout: Buffer.concat(chunks).toString() });
    };
    const arrived = (what: 'exit' | 'output') => {
      awaited.delete(what);
      if (awaited.size === 0) finish();
    };
    const timer = new TimeLimit(limit, finish);
    const onExit = (exit: ProgramExit) => {
      code = exit.code;
      arrived('exit');
    };
    link.openProgram(command, { onExit }).then(
      (opened) => {
        stream = opened;
        opened.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > mostOutput) finish();
        });
        if (opened.closed) arrived('output');
        opened.once('close', () => arrived('output'));
        opened.end();
      },
      (error: unknown) => {
        timer.clear();
        reject(error);
      },
    );
  });
}
