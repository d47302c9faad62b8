import { readFile } from 'node:fs/promises';
import { Failure } from './failures.js';
import { keyType } from './known-hosts.js';

/** How OpenSSH's binary Key Revocation Lists begin (PROTOCOL.krl). */
const krlMagic = 'SSHKRL\n\0';

/**
 * Where the files of RevokedHostKeys (ssh_config(5)) list the key, as `file:line`; undefined where none does. A plain
 * file has one public key a line. As with ssh, no host's key is trusted while such a file can't be understood: it may
 * list it. Throws Failure (revoked-keys).
 */
export async function whereRevoked(files: readonly string[], key: Buffer): Promise<string | undefined> {
  for (const file of files) {
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      throw unreadable(file, error.code ?? 'unknown', error);
    });
    const line = lineOf(bytes, key, file);
    if (line !== undefined) return `${file}:${line}`;
  }
  return undefined;
}

function lineOf(bytes: Buffer, key: Buffer, file: string): number | undefined {
  if (bytes.toString('latin1', 0, krlMagic.length) === krlMagic)
    throw unreadable(file, 'a key revocation list (KRL), and only lists of public keys can be read');
  for (const [index, text] of bytes.toString('utf8').split('\n').entries()) {
    const [type = '', base64 = ''] = text.trim().split(/\s+/);
    if (type === '' || type.startsWith('#')) continue;
    const listed = Buffer.from(base64, 'base64');
    // A certificate stands for a key that only its own format tells.
    if (keyType(listed) !== type || type.includes('-cert-'))
      throw unreadable(file, `line ${index + 1} is no public key`);
    if (listed.equals(key)) return index + 1;
  }
  return undefined;
}

function unreadable(file: string, detail: string, cause?: unknown): Failure {
  return new Failure('revoked-keys', { detail: `${file}: ${detail}` }, { cause });
}
