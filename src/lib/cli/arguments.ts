import { homedir } from 'node:os';
import { checkDocumentSize, documentLimit, parseDocument } from '../api/document.js';
import { readLimited } from './read-limited.js';
import { UsageError } from './usage-error.js';

/**
 * An argument's text: what stands in the file where it is `file://PATH` (`file:///dev/stdin` works), else the words
 * themselves; `fileb://` gives base64. Throws UsageError, and DocumentError where the file is too large.
 */
export function readArgument(argument: string): string {
  if (argument.startsWith('fileb://')) return readFile(argument, 'fileb://').toString('base64');
  return argument.startsWith('file://') ? readFile(argument, 'file://').toString('utf8') : argument;
}

/** A document (JSON with comments, or YAML) from a file or from the words themselves. Throws as readArgument does. */
export async function readDocument(
  argument: string,
  flag: string,
): Promise<{ document: unknown; source: string }> {
  const isFile = argument.startsWith('file://');
  const source = isFile ? argument.slice('file://'.length) : flag;
  const content = isFile ? readFile(argument, 'file://') : argument;
  return { document: await parseDocument(content, source), source };
}

/** The bytes of a document's file, of which only so many are read. Throws UsageError, DocumentError. */
export function readFile(argument: string, scheme: string): Buffer {
  const path = argument.slice(scheme.length).replace(/^~(?=\/|$)/, homedir());
  try {
    const { bytes, size } = readLimited(path, documentLimit);
    checkDocumentSize(size, path);
    return bytes;
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    if (code === undefined || errno === undefined) throw error;
    throw new UsageError(
      `${argument} can't be read: ${reasons[code] ?? (error as Error).message}`,
      remedy(code, path),
      {
        cause: error,
      },
    );
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a directory',
};

function remedy(code: string, path: string): string | undefined {
  return code !== 'ENOENT' || path.startsWith('/') ? undefined : `It is looked for in ${process.cwd()}.`;
}
