import type { OperationInput } from '../api/operations.js';
import type { Execution } from '../engine/engine.js';
import { HostError } from '../hosts/host-error.js';
import { attach, terminalSize } from './attach.js';
import { EXIT } from './exit-codes.js';
import type { Session } from './session.js';
import { clean } from './terminal-text.js';

/** Runs a command in a container with our own streams, and gives its exit code. Throws EcsError, HostError. */
export async function execute(input: OperationInput<'ExecuteCommand'>, session: Session): Promise<number> {
  const { interrupts, progress, terminal } = session;
  const streams = await session.streams();
  const size = input.interactive ? terminalSize(streams) : undefined;
  const execution = await (await session.engine()).execute({ ...input, terminal: size });
  // From here on the terminal is the command's.
  progress.end();
  let readerGone = false;
  terminal.onReaderGone(() => {
    readerGone = true;
    execution.close();
  });
  try {
    await attach(execution, streams, { onTerminal: size !== undefined, signal: interrupts.signal });
    if (readerGone) return EXIT.done;
    interrupts.signal.throwIfAborted();
    const { exitCode, notStarted } = await execution.ended();
    if (notStarted !== undefined) progress.talk(clean(notStarted));
    return exitCode;
  } catch (error) {
    throw leftRunning(error, execution, session);
  }
}

/** The engine ends no command when we leave it. */
function leftRunning(error: unknown, { answer, host }: Execution, session: Session): unknown {
  const left = `the command may still run in the container ${answer.containerName ?? ''} on ${host}`;
  if (session.interrupts.signal.aborted) session.progress.talk(clean(left));
  if (!(error instanceof HostError)) return error;
  return new HostError(host, error.kind, error.message, `${error.remedy}; ${left}`, { cause: error });
}
