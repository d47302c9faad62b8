import { closeSync, constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { isAbsolute, join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { secretLimits } from '../api/secret-reference.js';
import { SourceFault } from '../engine/secrets/sources.js';

/** An environment file holds many values. */
const mostBytes = 16 * secretLimits.value;

export interface ClientFolders {
  /** Where relative paths begin. */
  filesDir: string;
  home: string;
  /** What opens the user's secrets. */
  identityFile: string;
  /** Files that the user's hosts are reached with, besides those in ~/.ssh. */
  sshKeys(): Promise<readonly string[]>;
}

/**
 * The first of these files that exists. Definitions come from others, and the user's own keys are no part of any: they
 * are refused, also through links, and so is what nothing but a key of a person or a host looks like. Throws SourceFault.
 */
export async function readClientFile(paths: readonly string[], folders: ClientFolders): Promise<Buffer> {
  const places = paths.map((path) => placeOf(path, folders));
  for (const place of places) {
    if (await isKey(place, folders)) throw new SourceFault(`${place} is one of your own keys`, remedy);
    const content = await readIfThere(place);
    if (content === undefined) continue;
    if (holdsKey(content)) throw new SourceFault(`${place} holds a key of OpenSSH or age`, remedy);
    return content;
  }
  throw new SourceFault(`there is no file ${places.join(' or ')}`);
}

const remedy = 'where tasks need it, keep a copy for them: longshore put-secret';

function placeOf(path: string, { filesDir, home }: ClientFolders): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return isAbsolute(path) ? path : resolve(filesDir, path);
}

/** What is in ~/.ssh, and the files that are named as keys of SSH or of age, whichever name they go by. */
async function isKey(place: string, { home, identityFile, sshKeys }: ClientFolders): Promise<boolean> {
  const real = (path: string) => realpath(path).catch(() => resolve(path));
  const [file = place, ssh] = await Promise.all([place, join(home, '.ssh')].map(real));
  if (file === ssh || file.startsWith(`${ssh}${sep}`)) return true;
  const inode = await inodeOf(place);
  if (inode === undefined) return false;
  const keys = await Promise.all([identityFile, ...(await sshKeys())].map(inodeOf));
  return keys.includes(inode);
}

const inodeOf = (path: string): Promise<string | undefined> =>
  stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );

/** Not of PEM's other kinds: services have such keys for TLS. */
const holdsKey = (content: Buffer): boolean =>
  /^(-----BEGIN OPENSSH PRIVATE KEY-----|[ \t]*AGE-SECRET-KEY-)/m.test(content.toString('latin1'));

/** Pipes too, such as a shell's `<(…)`. */
async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await bytesOf(path, openFile(path));
  } catch (error) {
    if (error instanceof SourceFault) throw error;
    const { code = 'error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SourceFault(`${path} can't be read (${code})`, undefined, { cause: error });
  }
}

/** Without O_NONBLOCK no interrupt would end the open of a pipe that nobody writes to, nor the process with it. */
function openFile(path: string): Readable {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const status = fstatSync(fd);
  if (status.isFIFO()) return new Socket({ fd, readable: true, writable: false });
  if (status.isFile()) return createReadStream(path, { fd });
  closeSync(fd);
  throw new SourceFault(`${path} is no file`);
}

async function bytesOf(path: string, stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > mostBytes) throw new SourceFault(`${path} is larger than ${mostBytes} bytes`);
  }
  return Buffer.concat(chunks);
}
