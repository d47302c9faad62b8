/** Whether what is written to stdout still arrives somewhere. */
export interface Stdout {
  /** Writes; does nothing once its reader has gone. */
  write(text: string): void;
  /** Called when its reader has gone, as in `| head`, or when it can't be written any more. */
  onGone(listener: () => void): void;
}

let watched: Stdout | undefined;

/**
 * The process's stdout, of which no failure is thrown. That a reader has seen enough is none; that the disk is full is
 * said once, and makes an exit code of 0 a 1.
 */
export const processStdout = (): Stdout => (watched ??= watch(process.stdout));

function watch(stream: NodeJS.WriteStream): Stdout {
  let gone = false;
  const listeners: (() => void)[] = [];
  stream.removeAllListeners('error'); // oclif's throws what it doesn't know
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (gone) return;
    gone = true;
    if (!SEEN_ENOUGH.includes(error.code ?? '')) tellOfFailure(error);
    for (const listener of listeners) listener();
  });
  return {
    write: (text) => void (gone || stream.write(text)),
    onGone: (listener) => void listeners.push(listener),
  };
}

/** EPIPE: `| head` has seen enough. EIO: the terminal window was closed. */
const SEEN_ENOUGH = ['EPIPE', 'EIO'];

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left',
  EDQUOT: 'your share of the disk is used up',
  EFBIG: 'the file would be too large',
};

function tellOfFailure({ code, message }: NodeJS.ErrnoException): void {
  process.stderr.write(`the answer can't be written: ${REASONS[code ?? ''] ?? message}\n`);
  process.once('exit', (exitCode) => {
    if (exitCode === 0) process.exitCode = 1;
  });
}
