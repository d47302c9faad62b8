import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { explainFile } from './errors.js';
import { refuseForeign } from './foreign.js';

/**
 * Sees to it that the state's file is there before SQLite opens it; a new one is its owner's alone, and so are the
 * files that SQLite puts beside it (-wal, -shm), which get the same mode. Says whether others can get at the file.
 * `refuse` may throw when it sees on which file system the state is or would be: it is given the file, or its
 * directory where there is no file yet.
 */
export function ensureFile(path: string, refuse: (existing: string) => void): { shared: boolean } {
  try {
    const mode = modeOf(path);
    refuseForeign(path);
    if (mode === undefined) createPrivate(path, refuse);
    else refuse(path);
    return { shared: mode !== undefined && (mode & OTHERS) !== 0 };
  } catch (error) {
    throw explainFile(error, path);
  }
}

/** Takes a state's files from everybody but their owner. Only for what is known to be a state, not any file. */
export function makePrivate(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      chmodSync(file, OWNER_ONLY);
    } catch (error) {
      // The -wal and -shm may be missing; and a file that another user lets us use is that user's to narrow.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'EPERM') throw explainFile(error, path);
    }
  }
}

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

function modeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mode;
}

/**
 * An existing file must never be opened and closed here: that would drop the locks that this process has on it
 * through SQLite (POSIX locks belong to the process). `wx` opens none that exists.
 */
function createPrivate(path: string, refuse: (existing: string) => void): void {
  const directory = dirname(path);
  makeDirectory(directory);
  refuseForeign(path);
  refuse(directory);
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY));
  } catch (error) {
    const raced = (error as NodeJS.ErrnoException).code === 'EEXIST' && modeOf(path) !== undefined;
    if (!raced) throw error;
  }
  syncDirectory(directory);
}

/** Not `recursive`: Node's never ends where a directory can't be made because its parent, which exists, isn't real. */
function makeDirectory(directory: string): void {
  if (modeOf(directory) !== undefined) return;
  const parent = dirname(directory);
  makeDirectory(parent);
  try {
    mkdirSync(directory, 0o700);
  } catch (error) {
    const raced = (error as NodeJS.ErrnoException).code === 'EEXIST' && modeOf(directory) !== undefined;
    if (!raced) throw error;
  }
  syncDirectory(parent);
}

/** What SQLite syncs is the file; that it has a name after a power loss is the directory's part. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
