import { readFileSync } from 'node:fs';
import { UsageError } from './usage-error.js';
import type { Words } from './words.js';

/** The exported state in the one file that the words name (`-` is standard input). Throws UsageError. */
export function readStateDocument({ loose, passed }: Words): Record<string, unknown> {
  const [path, more] = [...loose, ...(passed ?? [])];
  if (path === undefined || more !== undefined) {
    throw new UsageError('one file must be named', 'Write longshore state import longshore-state.json.');
  }
  const source = path.replace(/^file:\/\//, '');
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(source === '-' ? 0 : source, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} can't be read: ${reasonOf(error)}`, undefined, { cause: error });
  }
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
    return document as Record<string, unknown>;
  }
  throw new UsageError(`${path} is not what longshore state export writes`);
}

/** The parser's own words repeat the text, which may hold secrets. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not whole JSON';
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
}
