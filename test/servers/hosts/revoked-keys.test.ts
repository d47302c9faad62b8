import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HostKeys } from '../../../src/lib/hosts/host-keys.js';
import { whereRevoked } from '../../../src/lib/hosts/revoked-keys.js';
import { defaultSettings } from '../../../src/lib/hosts/ssh-settings.js';
import { clients, failing, hostKey, ssh } from './client.js';
import { makeKey } from '../../unit/hosts/keys.js';

const { folder, oneHost } = clients();

const [key, other] = [makeKey(), makeKey()];
let count = 0;

function listed(content: string | Buffer): string {
  const path = join(folder, `revoked-${++count}`);
  writeFileSync(path, content);
  return path;
}

it('finds a key in the lists, and only there', async () => {
  const [one, two] = [listed(`# gone\n\n  ${other.public}\n`), listed(`${other.public}\r\n${key.public}`)];
  expect(await whereRevoked([], key.blob)).toBeUndefined();
  expect(await whereRevoked([one], key.blob)).toBeUndefined();
  expect(await whereRevoked([one, two], key.blob)).toBe(`${two}:2`);
});

const [, base64] = key.public.split(' ');

it.each([
  ['a KRL', Buffer.from('SSHKRL\n\0\0\0\0\x01', 'latin1'), 'a key revocation list (KRL)'],
  ['text', 'hello', 'line 1 is no public key'],
  ['a key of another kind than it says', `ssh-rsa ${base64}`, 'line 1 is no public key'],
  ['a line of known_hosts', `${other.public}\nweb3 ${key.public}`, 'line 2 is no public key'],
])('trusts no key where the list is %s', async (_, content, words) => {
  const path = listed(content);
  await expect(whereRevoked([path], key.blob)).rejects.toMatchObject({
    why: 'revoked-keys',
    details: { detail: expect.stringContaining(`${path}: ${words}`) },
  });
});

it('trusts no key where the list is missing', async () => {
  await expect(whereRevoked([join(folder, 'none')], key.blob)).rejects.toMatchObject({ why: 'revoked-keys' });
});

it('refuses what is known as well, and asks nobody', async () => {
  const base = defaultSettings({ host: 'web3', user: 'deploy' }, { name: 'me', home: folder });
  const known = listed(`web3 ${key.public}\n`);
  const revoked = listed(key.public);
  const settings = {
    ...base,
    userKnownHostsFiles: [known],
    globalKnownHostsFiles: [],
    revokedHostKeysFiles: [revoked],
  };
  const confirm = async () => true;
  const hostKeys = new HostKeys({ acceptNew: true, confirm, inTurn: (work) => work() });
  for (const one of [settings, { ...settings, userKnownHostsFiles: [] }])
    await expect(hostKeys.check(one, key.blob)).rejects.toMatchObject({
      why: 'host-key-revoked',
      details: { place: 'deploy@web3', line: `${revoked}:1` },
    });
});

it('is what the SSH configuration says', async () => {
  const revoked = listed(`${other.public}\n`);
  const { hosts } = await oneHost({}, { config: `RevokedHostKeys ${revoked}` });
  await hosts.connect(ssh('web1'), 'web1');

  writeFileSync(revoked, hostKey.public);
  const again = await oneHost({}, { config: `RevokedHostKeys ${revoked}` });
  expect(await failing(again.hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
    kind: 'host-key-changed',
    message: expect.stringContaining(`is revoked (${revoked}:1)`),
  });

  writeFileSync(revoked, 'SSHKRL\n\0');
  const third = await oneHost({}, { config: `RevokedHostKeys ${revoked}` });
  expect(await failing(third.hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
    message: expect.stringContaining("the list of RevokedHostKeys can't be understood"),
  });
});
