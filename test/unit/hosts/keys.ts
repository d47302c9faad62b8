import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll } from 'vitest';

type Kind = 'ed25519' | 'ecdsa' | 'rsa';

export interface TestKey {
  /** In OpenSSH's format. */
  private: string;
  public: string;
  /** In SSH's wire format. */
  blob: Buffer;
}

/** A key made on the spot; with a passphrase, encrypted. */
export function makeKey(kind: Kind = 'ed25519', passphrase?: string): TestKey {
  const bits = { ed25519: undefined, ecdsa: 256, rsa: 2048 }[kind];
  const encryption = passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 1 };
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync(kind, { ...(bits && { bits }), ...encryption } as never);
    const parsed = ssh2.utils.parseKey(pair.public);
    const secret = ssh2.utils.parseKey(pair.private, passphrase);
    // One in some hundreds is malformed: ssh2 drops a byte of zero at the beginning of a number.
    if (parsed instanceof Error || secret instanceof Error) continue;
    return { private: pair.private, public: pair.public, blob: parsed.getPublicSSH() };
  }
}

/** A folder that is removed when the test file is done. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'longshore-hosts-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Writes a private key as ssh-keygen does, with its public half beside it unless `alone`. */
export function writeKey(path: string, key: TestKey, { mode = 0o600, alone = false } = {}): string {
  writeFileSync(path, key.private, { mode });
  if (!alone) writeFileSync(`${path}.pub`, `${key.public}\n`);
  return path;
}
