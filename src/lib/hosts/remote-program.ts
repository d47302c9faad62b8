import type { Duplex } from 'node:stream';
import type { SshLink } from './ssh-link.js';
import { TimeLimit } from './time-limit.js';

/** Seconds. What is asked of a host itself is small. */
const limit = 10;
const mostOutput = 4 * 1024 * 1024;

export interface ProgramResult {
  code: number | null;
  stdout: string;
}

/**
 * Runs a program on a host and gives what it printed. The command is a fixed text of ours, in which whatever comes
 * from elsewhere went through `shellQuote`. Without an answer in time the code is null. Throws what opening a channel
 * throws.
 */
export async function runProgram(link: SshLink, command: string): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let stream: Duplex | undefined;
    const finish = (code: number | null) => {
      timer.clear();
      stream?.destroy();
      resolve({ code, stdout: Buffer.concat(chunks).toString() });
    };
    const timer = new TimeLimit(limit, () => finish(null));
    const collect = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > mostOutput) finish(null);
    };
    link.openProgram(command, { onExit: (exit) => finish(exit.code) }).then(
      (opened) => {
        stream = opened;
        opened.on('data', collect);
        opened.end();
      },
      (error: unknown) => {
        timer.clear();
        reject(error);
      },
    );
  });
}

/** One word for any POSIX shell, whatever is in it. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
