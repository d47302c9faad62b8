import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SourceFault } from '../engine/secrets/sources.js';

/** More is no identity file. */
const mostBytes = 64 * 1024;

/**
 * The identities in a file as age-keygen writes it; undefined where there is no such file. Throws SourceFault where
 * others may read it, or it holds none.
 */
export async function readIdentities(path: string): Promise<string[] | undefined> {
  const text = await readPrivate(path);
  if (text === undefined) return undefined;
  const identities = text.split(/\r?\n/).filter((line) => /^AGE-SECRET-KEY-1[0-9A-Z]+$/.test(line.trim()));
  if (identities.length === 0) throw new SourceFault(`${path} holds no age identity`, 'age-keygen makes one');
  return identities.map((line) => line.trim());
}

/** A new identity in a file that only its user may read. Of two that make it at once, one's stays, for both. */
export async function makeIdentity(path: string): Promise<string[]> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const text = `# What opens the secrets of longshore's state. Keep a copy, apart from the state.\n# public key: ${await identityToRecipient(identity)}\n${identity}\n`;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true });
    await link(draft, path);
    return [identity];
  } catch (error) {
    const there = codeOf(error) === 'EEXIST' ? await readIdentities(path) : undefined;
    if (there !== undefined) return there;
    throw new SourceFault(
      `the identity file ${path} can't be made (${codeOf(error)})`,
      'make its folder writable, or name another file in LONGSHORE_AGE_IDENTITY',
      { cause: error },
    );
  } finally {
    await rm(draft, { force: true });
  }
}

/** What is looked at is what is read. */
async function readPrivate(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new SourceFault(`the identity file ${path} can't be read (${codeOf(error)})`, undefined, {
      cause: error,
    });
  });
  if (file === undefined) return undefined;
  try {
    const { uid, mode, size } = await file.stat().then((status) => {
      if (!status.isFile() || status.size > mostBytes) throw new SourceFault(`${path} is no identity file`);
      return status;
    });
    const mine = process.getuid?.();
    if (mine !== undefined && uid !== mine && uid !== 0)
      throw new SourceFault(`the identity file ${path} belongs to another user`, 'use one of your own');
    if (mine !== undefined && (mode & 0o077) !== 0)
      throw new SourceFault(`the identity file ${path} is open to others`, `run: chmod 600 ${path}`);
    return size === 0 ? '' : await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
