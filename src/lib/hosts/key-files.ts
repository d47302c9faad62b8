import { readFile, stat } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { loadSsh2 } from './ssh2.js';

/** What is found at the path of a private key. */
export interface KeyFile {
  path: string;
  /** The public half, where it is known without a passphrase. */
  publicKey: ParsedKey | undefined;
  /**
   * `usable`: the private key can be used at once; `encrypted`: with its passphrase; `exposed`: others may read it, so
   * that OpenSSH would not use it either; `missing`: there is no private key, or none that can be read.
   */
  state: 'usable' | 'encrypted' | 'exposed' | 'missing';
  /** The private key; undefined where the passphrase is wrong or missing. */
  open: (passphrase?: string) => Promise<ParsedKey | undefined>;
}

/** Looks at a key file as OpenSSH does; never throws for what it finds. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const { utils } = await loadSsh2();
  const parse = (text: string | Buffer, passphrase?: string): ParsedKey | Error => {
    const parsed = utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error;
    return Array.isArray(parsed) ? (parsed[0] ?? new Error('no key')) : parsed;
  };
  const beside = await readFile(`${path}.pub`, 'utf8').catch(() => undefined);
  const besideKey = beside === undefined ? undefined : keyOrNothing(parse(beside));
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const nothing = async () => undefined;
  if (text === undefined) return { path, publicKey: besideKey, state: 'missing', open: nothing };

  const plain = parse(text);
  const publicKey = keyOrNothing(plain) ?? besideKey ?? keyOrNothing(parse(publicPart(text) ?? ''));
  const isPrivate = plain instanceof Error ? isEncrypted(plain) : plain.isPrivateKey();
  if (!isPrivate) return { path, publicKey, state: 'missing', open: nothing };
  if (await isExposed(path)) return { path, publicKey, state: 'exposed', open: nothing };
  if (!(plain instanceof Error)) return { path, publicKey, state: 'usable', open: async () => plain };
  return {
    path,
    publicKey,
    state: 'encrypted',
    open: async (passphrase) => keyOrNothing(parse(text, passphrase ?? '')),
  };
}

function keyOrNothing(parsed: ParsedKey | Error): ParsedKey | undefined {
  return parsed instanceof Error ? undefined : parsed;
}

function isEncrypted(error: Error): boolean {
  return /encrypted/i.test(error.message);
}

/** As OpenSSH judges: the user's own file that the group or others may touch. Windows has no such modes. */
async function isExposed(path: string): Promise<boolean> {
  if (process.getuid === undefined) return false;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.uid === process.getuid() && (found.mode & 0o077) !== 0;
}

/** OpenSSH's own format keeps the public half in the clear, in front of the encrypted one (PROTOCOL.key). */
function publicPart(text: string): Buffer | undefined {
  const armour = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1];
  if (armour === undefined) return undefined;
  const bytes = Buffer.from(armour, 'base64');
  let at = 'openssh-key-v1\0'.length;
  const next = (): Buffer => {
    const length = bytes.readUInt32BE(at);
    const value = bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return value;
  };
  try {
    next(); // cipher
    next(); // key derivation
    next(); // its options
    at += 4; // number of keys
    return next();
  } catch {
    return undefined;
  }
}
