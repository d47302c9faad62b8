import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.js';

/** Opens `id_ed25519_encrypted`. */
export const keyPassphrase = 'longshore test';

/** A host as SSH sees it. */
export type SshTarget = { name: string; address: string; user: string; jumpVia?: string };

/** The user's key, once plain and once encrypted, and one more that no host knows. */
export async function makeUserKeys(dir: string): Promise<void> {
  await Promise.all([
    keygen(join(dir, 'id_ed25519'), 'test user'),
    keygen(join(dir, 'id_ed25519_unknown'), 'stranger'),
  ]);
  const encrypted = join(dir, 'id_ed25519_encrypted');
  copyFileSync(join(dir, 'id_ed25519'), encrypted);
  copyFileSync(join(dir, 'id_ed25519.pub'), `${encrypted}.pub`);
  // -a 1: the fewest rounds of key derivation; this key protects nothing.
  await run(['ssh-keygen', '-q', '-p', '-a', '1', '-P', '', '-N', keyPassphrase, '-f', encrypted]);
}

/** A (new) key for a host, `host_ed25519` in a folder of its own. */
export async function makeHostKey(keysDir: string, name: string): Promise<void> {
  mkdirSync(keysDir, { recursive: true });
  for (const file of ['host_ed25519', 'host_ed25519.pub']) rmSync(join(keysDir, file), { force: true });
  await keygen(join(keysDir, 'host_ed25519'), name);
}

/** What `ssh -F` needs to reach every host by name or address, with the user's key and checked host keys. */
export function writeSshConfig(dir: string, targets: SshTarget[]): void {
  const sections = targets.map((target) =>
    [
      `Host ${target.name} ${target.address}`,
      `  HostName ${target.address}`,
      `  User ${target.user}`,
      ...(target.jumpVia ? [`  ProxyJump ${target.jumpVia}`] : []),
      '',
    ].join('\n'),
  );
  const common = [
    'Host *',
    `  IdentityFile ${join(dir, 'id_ed25519')}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${join(dir, 'known_hosts')}`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '',
  ];
  writeFileSync(join(dir, 'ssh_config'), [...sections, ...common].join('\n'), { mode: 0o600 });
}

/** An `ssh` for programs that call it by name and know of no -F, such as `docker -H ssh://web1`. */
export function writeSshProgram(binDir: string, configPath: string): void {
  mkdirSync(binDir, { recursive: true });
  writeFileSync(join(binDir, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${configPath} "$@"\n`, { mode: 0o755 });
}

/** Write down each host's present key, by address and by name. */
export function writeKnownHosts(
  dir: string,
  hosts: { name: string; address: string; keysDir: string }[],
): void {
  const lines = hosts
    .filter((host) => existsSync(join(host.keysDir, 'host_ed25519.pub')))
    .map((host) => {
      const [type, key] = readFileSync(join(host.keysDir, 'host_ed25519.pub'), 'utf8').split(' ');
      return `${host.address},${host.name} ${type} ${key}\n`;
    });
  writeFileSync(join(dir, 'known_hosts'), lines.join(''), { mode: 0o600 });
}

async function keygen(path: string, comment: string): Promise<void> {
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
}
