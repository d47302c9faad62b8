import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { HostKeys, type HostKeyPolicy } from '../../../src/lib/hosts/host-keys.js';
import { judgeHostKey, parseKnownHosts } from '../../../src/lib/hosts/known-hosts.js';
import { defaultSettings, type SshSettings } from '../../../src/lib/hosts/ssh-settings.js';
import { Slots } from '../../../src/lib/hosts/time-limit.js';
import { makeKey, temporaryFolder } from './keys.js';

const dir = temporaryFolder();
const [key, other] = [makeKey(), makeKey()];
let count = 0;

function setUp(policy: Partial<HostKeyPolicy> = {}, more: Partial<SshSettings> = {}, known?: string) {
  const file = join(dir, `${++count}`, 'known_hosts');
  const base = defaultSettings({ host: 'web3', user: 'deploy' }, { name: 'me', home: dir });
  const settings = { ...base, userKnownHostsFiles: [file], globalKnownHostsFiles: [], ...more };
  const slots = new Slots(1);
  const hostKeys = new HostKeys({ acceptNew: false, inTurn: (work) => slots.use(work), ...policy });
  if (known !== undefined) {
    const path = join(dir, `known-${count}`);
    writeFileSync(path, known);
    settings.userKnownHostsFiles = [path];
  }
  return { hostKeys, settings, file: settings.userKnownHostsFiles[0] ?? '' };
}

describe('HostKeys', () => {
  it('fails where a known_hosts file is there and can’t be read', async () => {
    const { hostKeys, settings } = setUp({ acceptNew: true }, { globalKnownHostsFiles: [dir] });
    const failure = { why: 'known-hosts', details: { detail: `${dir}: EISDIR` } };
    await expect(hostKeys.check(settings, key.blob)).rejects.toMatchObject(failure);
    await expect(hostKeys.knownTypes(settings)).rejects.toMatchObject(failure);
    const under = { ...settings, globalKnownHostsFiles: ['/dev/null/known_hosts'] };
    await expect(hostKeys.knownTypes(under)).rejects.toMatchObject({ why: 'known-hosts' });
    expect(await hostKeys.knownTypes({ ...settings, globalKnownHostsFiles: [join(dir, 'none')] })).toEqual(
      [],
    );
  });

  it('refuses a host that nobody knows, with the fingerprint', async () => {
    const { hostKeys, settings } = setUp();
    await expect(hostKeys.check(settings, key.blob)).rejects.toMatchObject({
      why: 'host-key-unknown',
      details: { place: 'deploy@web3', fingerprint: expect.stringMatching(/^ED25519 SHA256:/) },
    });
  });

  it('writes down what it accepts, once, for the user alone', async () => {
    const { hostKeys, settings, file } = setUp({ acceptNew: true });
    await Promise.all([hostKeys.check(settings, key.blob), hostKeys.check(settings, key.blob)]);
    await hostKeys.check(settings, key.blob);
    expect(readFileSync(file, 'utf8')).toBe(`web3 ${key.public.split(' ').slice(0, 2).join(' ')}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('adds to a file that does not end in a line', async () => {
    const { hostKeys, settings, file } = setUp({ acceptNew: true }, {}, `web4 ${other.public}`);
    await hostKeys.check(settings, key.blob);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
    expect(parseKnownHosts(readFileSync(file, 'utf8'), file)).toHaveLength(2);
  });

  it('hides the name where the user wants it', async () => {
    const { hostKeys, settings, file } = setUp({ acceptNew: true }, { hashKnownHosts: true, port: 2222 });
    await hostKeys.check(settings, key.blob);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^\|1\|/);
    expect(judgeHostKey(parseKnownHosts(text, file), 'web3', 2222, key.blob).known).toBe('yes');
  });

  it.each(['no', 'accept-new'] as const)(
    "goes by the user's StrictHostKeyChecking %s for unknown hosts",
    async (strict) => {
      const { hostKeys, settings } = setUp({}, { strictHostKeyChecking: strict });
      await hostKeys.check(settings, key.blob);
    },
  );

  it('asks a person, and does not ask where StrictHostKeyChecking is yes', async () => {
    const confirm = vi.fn(async () => true);
    const { hostKeys, settings, file } = setUp({ confirm });
    await hostKeys.check(settings, key.blob);
    expect(confirm).toHaveBeenCalledExactlyOnceWith({
      place: 'deploy@web3',
      keyKind: 'ED25519',
      fingerprint: expect.stringMatching(/^SHA256:/),
    });
    expect(readFileSync(file, 'utf8')).toContain('web3');

    const strict = setUp({ confirm: async () => true }, { strictHostKeyChecking: 'yes' });
    await expect(strict.hostKeys.check(strict.settings, key.blob)).rejects.toMatchObject({
      why: 'host-key-unknown',
    });
    const refused = setUp({ confirm: async () => false });
    await expect(refused.hostKeys.check(refused.settings, key.blob)).rejects.toMatchObject({
      why: 'host-key-unknown',
    });
  });

  it('asks one question at a time, and none twice', async () => {
    let asking = 0;
    const confirm = vi.fn(async () => {
      expect(++asking).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      asking--;
      return true;
    });
    const { hostKeys, settings } = setUp({ confirm });
    const second = { ...settings, hostName: 'web4', alias: 'web4' };
    await Promise.all([settings, settings, second].map((one) => hostKeys.check(one, key.blob)));
    expect(confirm).toHaveBeenCalledTimes(2);
  });

  it('refuses a changed key whatever was said about new ones, and says how to go on', async () => {
    const known = `web3 ${other.public}\n`;
    const { hostKeys, settings, file } = setUp({ acceptNew: true }, { strictHostKeyChecking: 'no' }, known);
    await expect(hostKeys.check(settings, key.blob)).rejects.toMatchObject({
      why: 'host-key-changed',
      details: { line: `${file}:1`, detail: `ssh-keygen -f '${file}' -R 'web3'` },
    });
    expect(readFileSync(file, 'utf8')).toBe(known);
  });

  it('asks known_hosts for the alias where there is one', async () => {
    const { hostKeys, settings } = setUp({}, { hostKeyAlias: 'three', port: 2222 }, `three ${key.public}\n`);
    await hostKeys.check(settings, key.blob);
    expect(await hostKeys.knownTypes(settings)).toEqual(['ssh-ed25519']);
  });

  it('remembers for the command what it could not write down', async () => {
    const confirm = vi.fn(async () => true);
    const { hostKeys, settings } = setUp({ confirm }, { userKnownHostsFiles: ['/proc/x'] });
    await hostKeys.check(settings, key.blob);
    await hostKeys.check(settings, key.blob);
    expect(confirm).toHaveBeenCalledTimes(1);
  });
});
