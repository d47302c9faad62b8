import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveSshSettings } from '../../../src/lib/hosts/ssh-config.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'longshore-ssh-config-'));
  mkdirSync(join(dir, '.ssh'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** An `ssh` that notes its arguments and answers as told. */
function fakeSsh(answer = 'hostname 10.0.0.3\nport 22', exit = 0): string {
  const path = join(dir, 'ssh');
  const lines = answer.split('\n').map((line) => `echo '${line}' ${exit === 0 ? '' : '>&2'}`);
  writeFileSync(
    path,
    `#!/bin/sh\nprintf '[%s]' "$@" >>${dir}/asked\necho >>${dir}/asked\n${lines.join('\n')}\nexit ${exit}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

const asked = () => readFileSync(join(dir, 'asked'), 'utf8').trim().split('\n');

const resolve = (
  host: string,
  more: { program?: string; [option: string]: unknown } = {},
  place: object = {},
) =>
  resolveSshSettings(
    { host, ...place },
    {
      local: { name: 'me', home: dir },
      cacheDir: join(dir, 'cache', 'longshore'),
      ...more,
      program: more.program ?? fakeSsh(),
    },
  );

function writeConfig(text: string, name = 'config'): void {
  const path = join(dir, '.ssh', name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  // Later than before, however coarse the clock of the file system is.
  const now = Date.now() / 1000 + Math.random() * 1000;
  utimesSync(path, now, now);
}

describe('resolveSshSettings', () => {
  it('hands everything to ssh as arguments of their own', async () => {
    await resolve('web3', { sshConfigFile: '/my config' }, { user: 'deploy', port: 2222 });
    expect(asked()).toEqual(['[-G][-F][/my config][-p][2222][-l][deploy][--][web3]']);
  });

  it('asks once, and again when a file of the configuration has changed', async () => {
    writeConfig('Include more.d/*.conf\nInclude "other"\n');
    await resolve('web3');
    await resolve('web3');
    expect(asked()).toHaveLength(1);
    writeConfig('Host x\n', 'more.d/x.conf');
    await resolve('web3');
    expect(asked()).toHaveLength(2);
    writeConfig('Host y\n', 'more.d/x.conf');
    await resolve('web3');
    expect(asked()).toHaveLength(3);
    writeConfig('Host z\n', 'other');
    await resolve('web3');
    await resolve('web3');
    expect(asked()).toHaveLength(4);
    rmSync(join(dir, '.ssh', 'config'));
    await resolve('web3');
    expect(asked()).toHaveLength(5);
  });

  it('keeps answers apart by host, user, port and configuration', async () => {
    await resolve('web3');
    await resolve('web4');
    await resolve('web3', {}, { user: 'x' });
    await resolve('web3', {}, { port: 23 });
    await resolve('web3', { sshConfigFile: join(dir, 'none') });
    expect(asked()).toHaveLength(5);
  });

  it.each([
    'Match exec "test -f /tmp/x"\n  User a\n',
    'Host *\n  IdentityFile ${KEY}\n',
    'CanonicalizeHostname yes\n',
    'Include ~other/config\n',
    'Include /etc/*/x\n',
  ])('does not keep what depends on more than files: %j', async (config) => {
    writeConfig(config);
    await resolve('web3');
    await resolve('web3');
    expect(asked()).toHaveLength(2);
  });

  it('keeps answers for the user alone, and makes damaged ones anew', async () => {
    await resolve('web3');
    const cache = join(dir, 'cache', 'longshore');
    const [file = ''] = readdirSync(cache);
    expect(statSync(join(cache, file)).mode & 0o777).toBe(0o600);
    expect(statSync(cache).mode & 0o777).toBe(0o700);
    writeFileSync(join(cache, file), '{"format":1,');
    expect((await resolve('web3')).hostName).toBe('10.0.0.3');
    expect(asked()).toHaveLength(2);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('does not believe a cache that others could have written', async () => {
    const cache = join(dir, 'cache', 'longshore');
    await resolve('web3');
    const [name = ''] = readdirSync(cache);
    const file = join(cache, name);
    const spoil = [
      () => chmodSync(file, 0o622),
      () => chmodSync(cache, 0o777),
      () => (renameSync(cache, `${cache}.real`), symlinkSync(`${cache}.real`, cache)),
      () => (renameSync(file, `${file}.real`), symlinkSync(`${file}.real`, file)),
      // Only root may give files away.
      ...(process.getuid?.() === 0
        ? [() => chownSync(file, 65534, 65534), () => chownSync(cache, 65534, 65534)]
        : []),
    ];
    for (const change of spoil) {
      rmSync(join(dir, 'cache'), { recursive: true });
      await resolve('web3');
      const before = asked().length;
      await resolve('web3');
      expect(asked()).toHaveLength(before);
      change();
      await resolve('web3');
      expect(asked(), String(change)).toHaveLength(before + 1);
    }
  });

  it('sees a change that hides behind the old time', async () => {
    writeConfig('Host a\n');
    await resolve('web3');
    const { mtime } = statSync(join(dir, '.ssh', 'config'));
    writeFileSync(join(dir, '.ssh', 'config'), 'Host b\n');
    utimesSync(join(dir, '.ssh', 'config'), mtime, mtime);
    await resolve('web3');
    expect(asked()).toHaveLength(2);
  });

  it('works where the cache cannot be written', async () => {
    writeFileSync(join(dir, 'file'), '');
    expect((await resolve('web3', { cacheDir: join(dir, 'file', 'x') })).hostName).toBe('10.0.0.3');
  });

  it('has the defaults of OpenSSH where there is no ssh', async () => {
    const settings = await resolve('web3', { program: join(dir, 'nothing') });
    expect(settings).toMatchObject({ hostName: 'web3', user: 'me', port: 22 });
  });

  it("repeats ssh's words where it does not understand its configuration", async () => {
    const program = fakeSsh(
      'Pseudo-terminal will not be allocated\n/x line 4: Bad configuration option: prot',
      255,
    );
    await expect(resolve('web3', { program })).rejects.toMatchObject({
      why: 'config',
      details: { detail: '/x line 4: Bad configuration option: prot' },
    });
  });
});
