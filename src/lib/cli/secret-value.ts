import { secretLimits } from '../api/secret-reference.js';
import { textFlag } from './flag.js';
import { readLimited } from './read-limited.js';
import type { Session } from './session.js';
import { UsageError } from './usage-error.js';
import { textOf } from './words.js';

export const valueFlags = {
  'value-file': textFlag('The file that holds the value, or - for standard input; it is kept as it is', {
    helpGroup: 'longshore',
    helpValue: '<file>',
  }),
};

/**
 * A secret's value in base64: from a file, standard input, or somebody at the terminal; never from an argument, which
 * every process of this machine could read. Throws UsageError.
 */
export async function secretValue(name: string, session: Session): Promise<string> {
  const path = textOf(session.words, 'value-file')?.replace(/^fileb?:\/\//, '');
  if (path !== undefined && !(path === '-' && session.questions !== undefined)) return readValue(path);
  if (session.questions === undefined)
    throw new UsageError(
      '--value-file must be given where nobody can be asked',
      'Write --value-file PATH, or --value-file - for standard input.',
    );
  const value = await session.questions.secret(`Value of ${name}`);
  if (value === '') throw new UsageError('the value is empty', 'Nothing was changed.');
  return Buffer.from(value).toString('base64');
}

/** An input document may stand in an argument too. Throws UsageError. */
export function checkNoValue(document: Record<string, unknown>): Record<string, unknown> {
  if (document['value'] === undefined) return document;
  throw new UsageError('a value is not taken from a document', 'Give it by --value-file.');
}

function readValue(path: string): string {
  const source = path === '-' ? 'standard input' : path;
  let read;
  try {
    read = readLimited(path === '-' ? 0 : path, secretLimits.value);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Whoever took it for the value's own flag has typed the value.
    if (code === 'ENOENT' || code === 'ENAMETOOLONG')
      throw new UsageError(
        '--value-file names no file that is there',
        'A value itself is never an argument.',
      );
    throw new UsageError(`${source} can't be read: ${(error as Error).message}`, undefined, { cause: error });
  }
  if (read.size > secretLimits.value)
    throw new UsageError(
      `${source} has more than ${secretLimits.value} bytes, the most that a secret may have`,
    );
  if (read.size === 0) throw new UsageError(`${source} is empty`, 'Nothing was changed.');
  return read.bytes.toString('base64');
}
