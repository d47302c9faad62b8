import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { checkDocumentSize, decodeText, documentLimit, parseDocument } from '../api/document.js';
import { readLimited } from './read-limited.js';
import { UsageError } from './usage-error.js';

/** How an argument says that it is a file; the second is for binary values, of which ECS has none. */
const SCHEMES = ['file://', 'fileb://'];

/**
 * An argument's text, and what to call it in errors: what stands in the file where it is `file://PATH` or
 * `fileb://PATH` (`file:///dev/stdin` works, once), else the words themselves. Throws UsageError, and DocumentError where
 * the file is too large or no text.
 */
export function readText(argument: string, flag: string): { text: string; source: string } {
  const scheme = SCHEMES.find((each) => argument.startsWith(each));
  if (scheme === undefined) return { text: argument, source: flag };
  const source = argument.slice(scheme.length);
  return { text: decodeText(readFile(argument, scheme), source), source };
}

/** A document (JSON with comments, or YAML) from a file or from the words themselves. Throws as readText does. */
export async function readDocument(
  argument: string,
  flag: string,
): Promise<{ document: unknown; source: string }> {
  if (argument === '-') throw notAFile(flag, argument, 'file:///dev/stdin');
  const { text, source } = readText(argument, flag);
  try {
    return { document: await parseDocument(text, source), source };
  } catch (error) {
    if (source !== flag || !namesFile(argument)) throw error;
    throw notAFile(flag, argument, `file://${barePath(argument)}`);
  }
}

const notAFile = (flag: string, argument: string, meant: string): UsageError =>
  new UsageError(`${flag} ${argument} is no document`, `Did you mean ${flag} ${meant}?`);

/** A file's name without `file://` is the commonest slip. */
function namesFile(argument: string): boolean {
  return argument.length < 1000 && (DOCUMENT.test(barePath(argument)) || existsSync(argument));
}

/** No JSON, and no address of the web. */
const DOCUMENT = /^(?!\w+:\/\/)[^\s{}[\]"]+\.(json|ya?ml)$/i;

/** The path alone of what may be `file://PATH` or a slip of it: `file:PATH`, `FILE://PATH`, curl's `@PATH`, or twice. */
export const barePath = (word: string): string => word.replace(/^(@|fileb?:(\/\/)?)+/i, '');

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
  if (path === '-') return 'Standard input is file:///dev/stdin.';
  if (barePath(path) !== path) return `Did you mean file://${barePath(path)}?`;
  return code !== 'ENOENT' || path.startsWith('/') ? undefined : `It is looked for in ${process.cwd()}.`;
}
