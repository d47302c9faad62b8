import { readLimited } from './read-limited.js';
import { UsageError } from './usage-error.js';
import type { Words } from './words.js';

/** Bytes: the longest text that Node.js can hold is a little more than 512 MiB. */
const mostBytes = 500 * 1024 ** 2;

/** The exported state in the one file that the words name (`-` is standard input). Throws UsageError. */
export function readStateDocument({ loose, passed }: Words): Record<string, unknown> {
  const [path, more] = [...loose, ...(passed ?? [])];
  if (path === undefined || more !== undefined) {
    throw new UsageError('one file must be named', 'Write longshore state import longshore-state.json.');
  }
  const source = path.replace(/^file:\/\//, '');
  let document: unknown;
  try {
    const { bytes, size } = readLimited(source === '-' ? 0 : source, mostBytes);
    if (size > mostBytes) throw new Error('it is larger than 500 MiB');
    document = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    // The parser's own words repeat the text, which may hold secrets: they are no cause that --debug would show.
    const told = error instanceof SyntaxError ? undefined : { cause: error };
    throw new UsageError(`${path} can't be read: ${reasonOf(error)}`, undefined, told);
  }
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
    return document as Record<string, unknown>;
  }
  throw new UsageError(`${path} is not what longshore state export writes`);
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not whole JSON';
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
}
