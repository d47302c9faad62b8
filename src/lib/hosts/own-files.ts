import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import type { Stats } from 'node:fs';

/** More is no file of ours. */
const mostBytes = 1024 * 1024;

/** Whether this is a folder of the user's that nobody else can write to; a link to one is not. */
export async function isOwnFolder(path: string): Promise<boolean> {
  const status = await lstat(path).catch(() => undefined);
  return status?.isDirectory() === true && isOwn(status);
}

/**
 * The text of a file that this user alone can have written: undefined where it isn't there, isn't a plain file, or it
 * or its folder is another's or open to others. What is looked at is what is read.
 */
export async function readOwnFile(folder: string, path: string): Promise<string | undefined> {
  if (!(await isOwnFolder(folder))) return undefined;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    return status.isFile() && isOwn(status) && status.size <= mostBytes
      ? await file.readFile('utf8')
      : undefined;
  } finally {
    await file.close();
  }
}

function isOwn({ uid, mode }: Stats): boolean {
  const mine = process.getuid?.();
  return (mine === undefined || uid === mine) && (mode & 0o022) === 0;
}
