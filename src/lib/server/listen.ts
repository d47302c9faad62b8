import { lstatSync, mkdirSync, realpathSync, rmSync, type Stats, statSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The server can't begin. */
export class ServeError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ServeError';
  }
}

/** The longest path of a socket that Linux takes. */
const LONGEST_PATH = 107;

/**
 * Listens on a socket that only this user can open (mode 0600). One that a dead server left is replaced. Throws ServeError
 * where a living one answers, or the path is something else's.
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new ServeError(
      `${path} is too long for a socket: ${LONGEST_PATH} bytes at most`,
      'Give a shorter one with --socket',
    );
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotListen(path, error);
  }
  try {
    refuseOpenFolders(path);
    await alone(path, async () => {
      await removeLeftOver(path);
      await listening(server, () => {
        // Nobody else may open it, not even between its making and a change of its mode; it is made at once.
        const before = process.umask(0o177);
        try {
          server.listen(path);
        } finally {
          process.umask(before);
        }
      });
    });
  } catch (error) {
    throw error instanceof ServeError ? error : cannotListen(path, error);
  }
}

/**
 * Whoever may write a folder on the way could put a socket of its own in the place, and hear what is asked: all are looked
 * at, as sshd does for authorized_keys (StrictModes). In a sticky one such as /tmp nobody can take another's away.
 */
function refuseOpenFolders(path: string): void {
  const mine = process.getuid?.();
  if (mine === undefined) return;
  const folder = dirname(resolve(path));
  // A link may lie in a folder of one and lead to another's.
  for (const each of new Set([...upFrom(folder), ...upFrom(realpathSync(folder))])) refuseOpen(each, mine);
}

/** The folder, and those that it is in. */
function upFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upFrom(parent)];
}

/** Throws ServeError. */
function refuseOpen(folder: string, mine: number): void {
  const status = statSync(folder);
  if (status.uid !== mine && status.uid !== 0)
    throw new ServeError(
      `${folder} belongs to another user`,
      'Give a path in a folder of your own with --socket',
    );
  if (othersWrite(status, mine))
    throw new ServeError(
      `other users may write to ${folder}`,
      `Give a path in a folder of your own with --socket, or chmod go-w ${folder}`,
    );
}

/** A group of one's own is oneself. */
function othersWrite({ mode, gid }: Stats, mine: number): boolean {
  if ((mode & 0o1000) !== 0) return false;
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== mine && gid !== 0);
}

/** Throws ServeError. */
export async function listenOnPort(server: Server, host: string, port: number): Promise<void> {
  try {
    await listening(server, () => server.listen({ host, port }));
  } catch (error) {
    throw cannotListen(`${host}:${port}`, error);
  }
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    listen();
  });
}

/** Ms after which whoever took the lock must have died. */
const LOCKED_FOR = 5000;

/** Ms that another server that begins is waited for: one that died is over sooner. */
const PATIENCE = 2 * LOCKED_FOR;

/** Two servers that begin at the same moment would take each other's socket for a dead one's. Throws ServeError. */
async function alone(path: string, work: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`;
  const until = Date.now() + PATIENCE;
  while (!take(lock)) {
    const there = lstatSync(lock, { throwIfNoEntry: false });
    if (there === undefined) continue;
    refuseForeignLock(lock, there);
    if (Date.now() - there.mtimeMs > LOCKED_FOR) rmSync(lock, { recursive: true, force: true });
    else if (Date.now() > until)
      throw new ServeError(
        `another server has been starting on ${path} for ${PATIENCE / 1000} seconds: ${lock} is renewed`,
        'End it first, or give another path with --socket',
      );
    else await sleep(20);
  }
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** In a sticky folder anybody may put one, renew it, and have it stay: nobody is waited for there. */
function refuseForeignLock(lock: string, { uid }: Stats): void {
  const mine = process.getuid?.();
  if (mine === undefined || uid === mine) return;
  throw new ServeError(
    `${lock} belongs to user ${uid}, as if a server of theirs were starting there`,
    'Give a path in a folder of your own with --socket, or have it removed',
  );
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeLeftOver(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket())
    throw new ServeError(`${path} is there and is no socket`, 'Give another path with --socket');
  if (await answers(path))
    throw new ServeError(
      `another server listens on ${path}`,
      'Use it (--endpoint), end it first, or give another path with --socket',
    );
  unlinkSync(path);
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EACCES'));
  });

function cannotListen(place: string, error: unknown): ServeError {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, [string, string]> = {
    EADDRINUSE: ['something else listens there', 'Give another address'],
    EACCES: ['this user may not', 'Give another path or a port above 1023'],
    EADDRNOTAVAIL: ['this machine has no such address', 'ip addr shows those that it has'],
    ENOTFOUND: ['there is no host of that name', 'Give an address of this machine'],
    ENOSPC: ['the disk is full', 'Free disk space'],
    EROFS: ['the file system is read-only', 'Give another path with --socket'],
  };
  const [what, remedy] = words[code ?? ''] ?? [message, 'Give another address'];
  return new ServeError(`can't listen on ${place}: ${what}`, remedy, { cause: error });
}
