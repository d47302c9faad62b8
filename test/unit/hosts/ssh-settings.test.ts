import { describe, expect, it } from 'vitest';
import { defaultSettings, parseSettings } from '../../../src/lib/hosts/ssh-settings.js';

const local = { name: 'me', home: '/home/me' };
const parse = (output: string) => parseSettings(output, { host: 'web3' }, local);

describe('parseSettings', () => {
  it('reads what ssh -G prints', () => {
    const settings = parse(
      [
        'host web3',
        'user deploy',
        'hostname 10.0.0.3',
        'port 2222',
        'identitiesonly yes',
        'stricthostkeychecking true',
        'hashknownhosts yes',
        'serveraliveinterval 30',
        'serveralivecountmax 2',
        'identityfile ~/keys/%r@%h',
        'identityfile /etc/key with space',
        'identityagent ~/agent.sock',
        'userknownhostsfile /home/me/a b/known /home/me/.ssh/known2',
        'globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
        'revokedhostkeys ~/.ssh/revoked-%h',
        'hostkeyalias three',
        'connecttimeout 60',
        'proxyjump bastion,me@b2:2222',
      ].join('\n'),
    );
    expect(settings).toEqual({
      alias: 'web3',
      hostName: '10.0.0.3',
      user: 'deploy',
      port: 2222,
      identityFiles: ['/home/me/keys/deploy@10.0.0.3', '/etc/key with space'],
      identityFilesNamed: true,
      identitiesOnly: true,
      identityAgent: '/home/me/agent.sock',
      proxyJump: 'bastion,me@b2:2222',
      proxyCommand: undefined,
      userKnownHostsFiles: ['/home/me/a b/known', '/home/me/.ssh/known2'],
      globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      revokedHostKeysFiles: ['/home/me/.ssh/revoked-10.0.0.3'],
      strictHostKeyChecking: 'yes',
      hostKeyAlias: 'three',
      hashKnownHosts: true,
      connectTimeout: 60,
      serverAliveInterval: 30,
      serverAliveCountMax: 2,
    });
  });

  it('takes the default keys for keys that nobody named', () => {
    const names = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk', 'xmss', 'dsa'];
    const settings = parse(names.map((name) => `identityfile ~/.ssh/id_${name}`).join('\n'));
    expect(settings.identityFilesNamed).toBe(false);
    expect(settings.identityFiles).toContain('/home/me/.ssh/id_ed25519');
    expect(parse('identityfile ~/.ssh/id_ed25519').identityFilesNamed).toBe(true);
  });

  it.each([
    ['true', 'yes'],
    ['false', 'no'],
    ['off', 'no'],
    ['accept-new', 'accept-new'],
    ['ask', 'ask'],
  ])('reads StrictHostKeyChecking as ssh prints it: %s', (printed, meant) => {
    expect(parse(`stricthostkeychecking ${printed}`).strictHostKeyChecking).toBe(meant);
  });

  it('takes none for what it means', () => {
    const settings = parse(
      'proxyjump none\nconnecttimeout none\nidentityagent none\nuserknownhostsfile none',
    );
    expect(settings.proxyJump).toBeUndefined();
    expect(settings.connectTimeout).toBeUndefined();
    expect(settings.identityAgent).toBe('none');
    expect(settings.userKnownHostsFiles).toEqual([]);
  });

  it('has the defaults of OpenSSH where nothing is said', () => {
    expect(parse('')).toEqual(defaultSettings({ host: 'web3' }, local));
    expect(parse('').user).toBe('me');
  });
});
