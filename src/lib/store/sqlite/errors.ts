import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../store.js';

/** SQLite's primary result codes (sqlite3.h), and the extended one that says a full disk in other words. */
const CODE = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  tooBig: 18,
  notADatabase: 26,
};
const SHARED_MEMORY_SIZE = 10 | (19 << 8);

/** Whether another process holds what was asked for, so that asking again may help. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && [CODE.busy, CODE.locked, CODE.protocol].includes(code & 0xff);
}

/**
 * What a failure of SQLite means to the user of the state at `path`: one sentence and what to do about it.
 * Errors that are none of the state's (a mistake in our SQL) are given back as they are.
 */
export function explainSqlite(error: unknown, path: string): unknown {
  // A value that isn't JSON: SQLite has no checksums, so damage inside a text shows only here. The parser's own words
  // repeat the text, which may hold secrets, so they go no further.
  if (error instanceof SyntaxError) return new StoreError(...damaged(path, 'a record is not JSON'));
  const explained = explainCode(error, path);
  return explained ? new StoreError(explained[0], explained[1], { cause: error }) : error;
}

/** For the file operations around SQLite: `path` is the state's. */
export function explainFile(error: unknown, path: string): unknown {
  const { code, path: culprit = path } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : FILE_REASONS[code];
  if (!reason) return error;
  return new StoreError(`the state ${path} can't be used: ${culprit} ${reason}`, CHOOSE_ANOTHER, {
    cause: error,
  });
}

function explainCode(error: unknown, path: string): Explanation | undefined {
  const code = resultCode(error);
  return code === undefined ? undefined : explain(code, path, (error as Error).message);
}

/** Other than the binary's failures on statements, the one on opening has its code only in its text. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { rawCode } = error as { rawCode?: unknown };
  if (typeof rawCode === 'number') return rawCode;
  const opening = /^ConnectionFailed\(.*: (\d+)"\)$/s.exec(error.message);
  return opening ? Number(opening[1]) : undefined;
}

type Explanation = readonly [message: string, remedy: string];

const CHOOSE_ANOTHER = 'Put this right, or choose another state file with --state.';
const RECOVER =
  'move it away together with its -wal and -shm files; then `longshore state import` brings back an export, ' +
  'or `longshore recover` what runs on the hosts.';

function explain(code: number, path: string, detail: string): Explanation | undefined {
  if (code === SHARED_MEMORY_SIZE) return diskFull(path);
  switch (code & 0xff) {
    case CODE.busy:
    case CODE.locked:
    case CODE.protocol:
      return [
        `the state ${path} is in use: another process held its lock for too long`,
        `Repeat the command; \`fuser ${path}\` names the process.`,
      ];
    case CODE.corrupt:
      return damaged(path, detail);
    case CODE.notADatabase:
      return [
        `${path} is not a Longshore state, or its beginning is damaged`,
        `Choose another state file with --state; or, if it was one, ${RECOVER}`,
      ];
    case CODE.full:
      return diskFull(path);
    case CODE.io:
      return [
        `the state ${path} can't be read or written: input/output error ${code}`,
        "Look for disk errors and quotas (`dmesg`, `quota`): the state isn't safe there.",
      ];
    case CODE.readOnly:
    case CODE.cannotOpen:
      return [`the state ${path} can't be used: ${whyNotWritable(path)}`, CHOOSE_ANOTHER];
    case CODE.tooBig:
      return ['a record is larger than the state can hold (1 GB)', 'Nothing was changed.'];
    default:
      return undefined;
  }
}

function damaged(path: string, detail: string): Explanation {
  return [`the state ${path} is damaged (${detail})`, `Write nothing more to it: ${RECOVER}`];
}

function diskFull(path: string): Explanation {
  const directory = dirname(path);
  return [
    `the disk of the state ${path} is full`,
    `Nothing was changed. Make room in ${directory} and repeat.`,
  ];
}

/** SQLite says only that it couldn't; the file system knows why. */
function whyNotWritable(path: string): string {
  const directory = dirname(path);
  try {
    if (statSync(path).isDirectory()) return 'it is a directory';
    accessSync(path, constants.R_OK | constants.W_OK);
    accessSync(directory, constants.W_OK | constants.X_OK);
    return `SQLite can't open it for writing beside its -wal and -shm files in ${directory}`;
  } catch (error) {
    const { code, path: culprit = path } = error as NodeJS.ErrnoException;
    return `${culprit} ${FILE_REASONS[code ?? ''] ?? `gives ${code}`}`;
  }
}

const FILE_REASONS: Readonly<Record<string, string>> = {
  EACCES: "is not yours to read and write, or lies in a directory that isn't",
  EPERM: 'is not yours to read and write',
  EROFS: 'is on a read-only file system',
  ENOENT: "doesn't exist, or is a link to nowhere",
  ENOTDIR: 'lies below something that is not a directory',
  EEXIST: 'is a link to nowhere, or no directory',
  EISDIR: 'is a directory',
  ELOOP: 'is a link that leads in a circle',
  ENAMETOOLONG: 'has a name that is too long',
  ENOSPC: 'is on a full disk',
  EDQUOT: 'is over your disk quota',
  EMFILE: 'is one open file too many for this process (see `ulimit -n`)',
};
