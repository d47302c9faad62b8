import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { KeyRing, type IdentityOptions } from '../../../src/lib/hosts/identities.js';
import { defaultSettings, type SshSettings } from '../../../src/lib/hosts/ssh-settings.js';
import { makeKey, temporaryFolder, writeKey, type TestKey } from '../../unit/hosts/keys.js';

const dir = temporaryFolder();
const local = { name: 'me', home: dir };
let count = 0;
const path = () => join(dir, `key-${++count}`);

const offer = async (
  settings: Partial<SshSettings>,
  options: Partial<IdentityOptions> = {},
  first?: string,
) => {
  const base = { ...defaultSettings({ host: 'web3' }, local), identityFiles: [] };
  const result = await new KeyRing({ local, ...options }).identitiesFor({ ...base, ...settings }, first);
  return {
    ...result,
    keys: result.offered.map((identity) => identity.publicKey.getPublicSSH().toString('base64')),
  };
};

const [a, b, c] = [makeKey(), makeKey('ecdsa'), makeKey('rsa')];

describe('KeyRing', () => {
  it('offers named keys first, then those of the agent, then default files', async () => {
    const authSock = startAgent([b, c]);
    const file = writeKey(path(), a);
    const named = await offer({ identityFiles: [file], identityFilesNamed: true }, { authSock });
    expect(named.keys).toEqual([base64(a), base64(b), base64(c)]);
    const byDefault = await offer({ identityFiles: [file] }, { authSock });
    expect(byDefault.keys).toEqual([base64(b), base64(c), base64(a)]);
    const first = await offer(
      { identityFiles: [file], identityFilesNamed: true },
      { authSock },
      writeKey(path(), makeKey()),
    );
    expect(first.keys).toHaveLength(4);
    expect(first.keys[1]).toEqual(base64(a));
  });

  it('offers only named keys with IdentitiesOnly, those of the agent among them', async () => {
    const authSock = startAgent([b, c]);
    const identityFiles = [writeKey(path(), a), writeKey(path(), c)];
    const { keys, offered } = await offer(
      { identityFiles, identityFilesNamed: true, identitiesOnly: true },
      { authSock },
    );
    expect(keys).toEqual([base64(a), base64(c)]);
    // The agent has it, so its file is not needed.
    expect(offered[1]?.path).toBeUndefined();
  });

  it('needs no private key of what the agent has', async () => {
    const authSock = startAgent([b]);
    const file = path();
    writeFileSync(`${file}.pub`, b.public);
    expect(
      (await offer({ identityFiles: [file], identityFilesNamed: true, identitiesOnly: true }, { authSock }))
        .keys,
    ).toEqual([base64(b)]);
    writeFileSync(file, b.public);
    expect(
      (await offer({ identityFiles: [file], identityFilesNamed: true, identitiesOnly: true }, { authSock }))
        .keys,
    ).toEqual([base64(b)]);
  });

  it('goes without an agent that is not there, or not to be used', async () => {
    expect((await offer({}, { authSock: join(dir, 'none.sock') })).keys).toEqual([]);
    expect((await offer({ identityAgent: 'none' }, { authSock: startAgent([a]) })).keys).toEqual([]);
    expect((await offer({ identityAgent: startAgent([a]) })).keys).toEqual([base64(a)]);
  });

  it('leaves out encrypted keys where nobody can be asked, and those that others can read', async () => {
    const encrypted = writeKey(path(), makeKey('ed25519', 'secret'));
    const exposed = writeKey(path(), a, { mode: 0o644 });
    const result = await offer({ identityFiles: [encrypted, exposed], identityFilesNamed: true });
    expect(result).toMatchObject({ keys: [], encrypted: [encrypted], exposed: [exposed] });
  });

  it('asks for a passphrase when the server wants the key, and only then', async () => {
    const key = makeKey('ed25519', 'secret');
    const askPassphrase = vi.fn(async (_: string, attempt: number) => (attempt === 1 ? 'wrong' : 'secret'));
    const file = writeKey(path(), key, { alone: true });
    const { offered, keys } = await offer(
      { identityFiles: [file], identityFilesNamed: true },
      { askPassphrase },
    );
    expect(keys).toEqual([base64(key)]);
    expect(askPassphrase).not.toHaveBeenCalled();

    const data = Buffer.from('to be signed');
    const signatures = await Promise.all([1, 2].map(() => offered[0]?.sign(data, undefined)));
    expect(askPassphrase.mock.calls).toEqual([
      [file, 1],
      [file, 2],
    ]);
    const parsed = ssh2.utils.parseKey(key.public) as ssh2.ParsedKey;
    expect(parsed.verify(data, signatures[0] ?? Buffer.alloc(0))).toBe(true);
  });

  it('gives up a key after three wrong passphrases, or none', async () => {
    for (const answer of ['wrong', undefined]) {
      const askPassphrase = vi.fn(async () => answer);
      const file = writeKey(path(), makeKey('ed25519', 'secret'));
      const { offered } = await offer({ identityFiles: [file], identityFilesNamed: true }, { askPassphrase });
      await expect(offered[0]?.sign(Buffer.from('x'), undefined)).rejects.toMatchObject({
        why: 'key-encrypted',
      });
      expect(askPassphrase).toHaveBeenCalledTimes(answer === undefined ? 1 : 3);
    }
  });

  it('has no trouble with files that are no keys', async () => {
    const file = path();
    writeFileSync(file, '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n', {
      mode: 0o600,
    });
    const result = await offer({ identityFiles: [file, dir, join(dir, 'none')], identityFilesNamed: true });
    expect(result).toMatchObject({ keys: [], encrypted: [], exposed: [] });
  });
});

const base64 = (key: TestKey) => key.blob.toString('base64');

/** An SSH agent with these keys; the socket's path. */
function startAgent(keys: TestKey[]): string {
  const socket = join(dir, `agent-${++count}.sock`);
  const server = createServer((connection) => {
    const protocol = new ssh2.AgentProtocol(false);
    const parsed = keys.map((key) => ssh2.utils.parseKey(key.public) as ssh2.ParsedKey);
    protocol.on('identities', (request) => protocol.getIdentitiesReply(request, parsed));
    protocol.on('error', () => undefined);
    connection.on('error', () => undefined);
    connection.pipe(protocol).pipe(connection);
  });
  server.listen(socket);
  afterAll(() => server.close());
  return socket;
}
