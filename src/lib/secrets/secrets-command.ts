import { splitCommand } from '../api/command-words.js';
import { secretLimits } from '../api/secret-reference.js';
import { SourceFault } from '../engine/secrets/sources.js';
import { runProgram } from './run-program.js';

/** Milliseconds: somebody may have to unlock a vault. */
const patience = 60_000;

/**
 * A secret from the user's own command, which gets the name as its last argument and prints the value. Started without
 * a shell. Throws SourceFault, or the signal's reason.
 */
export async function askSecretsCommand(command: string, name: string, signal: AbortSignal): Promise<Buffer> {
  const [program = '', ...args] = wordsOf(command);
  const end = await runProgram(program, [...args, name], {
    patience,
    mostBytes: secretLimits.value + 2,
    signal,
  });
  if (end.kind === 'done' && end.exitCode === 0) return end.output;
  throw new SourceFault(`${program} ${whyNot(end)}`);
}

function wordsOf(command: string): string[] {
  try {
    return splitCommand(command);
  } catch (error) {
    throw new SourceFault('LONGSHORE_SECRETS_COMMAND has a quote without its end', undefined, {
      cause: error,
    });
  }
}

function whyNot(end: Awaited<ReturnType<typeof runProgram>>): string {
  switch (end.kind) {
    case 'done':
      return `ended with ${end.exitCode ?? end.signal}${end.lastWords && `: ${end.lastWords}`}`;
    case 'not-started':
      return `can't be started (${end.code})`;
    case 'late':
      return `gave no value within ${patience / 1000} s`;
    case 'too-long':
      return `gave more than ${secretLimits.value} bytes`;
  }
}
