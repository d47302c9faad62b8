import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../store.js';

/**
 * Whoever may write a state decides what the next command runs: its owner may, its directory's, and whoever may put
 * files beside it, for SQLite believes what it finds there (a -wal or -journal is played into the state). Root may do
 * anything anyway. Throws StoreError; where there is no state yet, its directory alone is looked at.
 */
export function refuseForeign(path: string): void {
  const mine = process.getuid?.();
  if (mine === undefined) return;
  const isTrusted = ({ uid }: Stats) => uid === mine || uid === 0;
  for (const place of placesOf(path)) {
    const status = lookAt(place);
    if (status && !isTrusted(status)) throw belongsToAnother(path, place, status.uid);
    // SQLite goes to where a link leads, and so does this.
    const directory = statSync(dirname(place), { throwIfNoEntry: false });
    if (!directory) continue;
    if (!isTrusted(directory)) throw belongsToAnother(path, dirname(place), directory.uid);
    if (isOpen(directory, mine)) throw mayBeWritten(path, dirname(place));
    for (const beside of BESIDE.map((ending) => `${place}${ending}`)) {
      const found = lookAt(beside);
      if (found && !isTrusted(found)) throw belongsToAnother(path, beside, found.uid);
      if (found && !found.isFile()) throw isNoFile(path, beside);
    }
  }
}

/** What SQLite reads beside a database, if it is there. */
const BESIDE = ['-wal', '-shm', '-journal'];
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** The path as given, and where it leads. */
function placesOf(path: string): string[] {
  if (lookAt(path)?.isSymbolicLink() !== true) return [path];
  try {
    return [path, realpathSync(path)];
  } catch {
    // A link to nowhere, or in a circle: opening it says so.
    return [path];
  }
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** In a sticky directory such as /tmp nobody can take another's files away. A group of one's own is oneself. */
function isOpen({ mode, gid }: Stats, mine: number): boolean {
  if ((mode & STICKY) !== 0) return false;
  return (mode & OTHERS_WRITE) !== 0 || ((mode & GROUP_WRITES) !== 0 && gid !== mine);
}

const OWN_STATE =
  'use a state in a directory of your own (--state PATH or LONGSHORE_STATE), or run Longshore as that user';

function belongsToAnother(path: string, place: string, owner: number): StoreError {
  return new StoreError(
    `the state ${path} can't be used: ${place} belongs to another user (uid ${owner}), who could decide what is run`,
    OWN_STATE,
  );
}

function mayBeWritten(path: string, directory: string): StoreError {
  return new StoreError(
    `the state ${path} can't be used: other users may write to ${directory}, and could decide what is run`,
    `run chmod go-w ${directory}, or use a state in a directory of your own (--state PATH or LONGSHORE_STATE)`,
  );
}

function isNoFile(path: string, beside: string): StoreError {
  return new StoreError(
    `the state ${path} can't be used: ${beside} is a link, or no file`,
    'find out who put it there, and move it away',
  );
}
