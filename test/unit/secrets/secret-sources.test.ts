import { execFileSync } from 'node:child_process';
import { constants, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readClientFile } from '../../../src/lib/secrets/client-files.js';
import { runProgram } from '../../../src/lib/secrets/run-program.js';
import { askSecretsCommand } from '../../../src/lib/secrets/secrets-command.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longshore-sources-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('files', () => {
  const read = async (...paths: string[]) =>
    (
      await readClientFile(paths, {
        filesDir: folder,
        home: '/home/nobody',
        identityFile: '/nowhere',
        sshKeys: async () => ['/nowhere'],
      })
    ).toString();

  it('are looked for in a folder, unless they are absolute', async () => {
    writeFileSync(join(folder, 'a'), 'one');
    expect(await read('a')).toBe('one');
    expect(await read('./b', 'sub/c', 'a')).toBe('one');
    expect(await read(join(folder, 'a'))).toBe('one');
  });

  it('that are not there are named', async () => {
    await expect(read('a', '~/b')).rejects.toThrow(`there is no file ${folder}/a or /home/nobody/b`);
  });

  it('that are no files are refused', async () => {
    await expect(read('.')).rejects.toThrow(`${folder} is no file`);
    symlinkSync('/dev/zero', join(folder, 'endless'));
    await expect(read('endless')).rejects.toThrow('is no file');
    writeFileSync(join(folder, 'large'), Buffer.alloc(1024 ** 2 + 1));
    await expect(read('large')).rejects.toThrow('is larger than');
  });

  it('may be pipes', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const writer = await open(join(folder, 'pipe'), constants.O_RDWR);
    await writer.write('x=1');
    const reading = read('pipe');
    await writer.write('2');
    setTimeout(() => void writer.close(), 20);
    expect(await reading).toBe('x=12');
  });

  it('that are keys of the user’s own are refused, however they are named', async () => {
    const home = join(folder, 'home');
    mkdirSync(join(home, '.ssh'), { recursive: true });
    const identityFile = join(folder, 'identity');
    const deploy = join(folder, 'deploy.pem');
    for (const path of [join(home, '.ssh/id_rsa'), identityFile, deploy, join(home, '.sshrc')])
      writeFileSync(path, 'text');
    symlinkSync(join(home, '.ssh'), join(folder, 'link'));
    symlinkSync(deploy, join(folder, 'soft'));
    linkSync(deploy, join(folder, 'hard'));
    const sshKeys = async () => [deploy];
    const readAs = (path: string) =>
      readClientFile([path], { filesDir: folder, home, identityFile, sshKeys });
    const inSsh = ['~/.ssh/id_rsa', '~/.ssh/none', 'home/x/../.ssh/id_rsa', 'link/id_rsa'];
    for (const path of [...inSsh, 'identity', './identity', 'deploy.pem', 'soft', 'hard'])
      await expect(readAs(path)).rejects.toThrow('is one of your own keys');
    expect((await readAs('~/.sshrc')).toString()).toBe('text');
  });

  it('that can be nothing but keys of SSH or age are refused, and keys of TLS are not', async () => {
    const keys = ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3', '# public key: age1\nAGE-SECRET-KEY-1QQ\n'];
    for (const key of keys) {
      writeFileSync(join(folder, 'a'), key);
      await expect(read('a')).rejects.toThrow('holds a key of OpenSSH or age');
    }
    for (const key of ['-----BEGIN PRIVATE KEY-----\n', '-----BEGIN RSA PRIVATE KEY-----\n']) {
      writeFileSync(join(folder, 'a'), key);
      expect(await read('a')).toBe(key);
    }
  });
});

describe('the command', () => {
  const ask = (command: string, name = 'prod/db', signal = new AbortController().signal) =>
    askSecretsCommand(command, name, signal);
  const script = (text: string) => {
    const path = join(folder, 'script');
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  };

  it('gets the name as its last argument, without a shell in between', async () => {
    const name = `$(touch ${folder}/hacked); "'`;
    expect((await ask("printf '%s|' 'two words'", name)).toString()).toBe(`two words|${name}|`);
  });

  it('says why it has no value', async () => {
    const path = script('#!/bin/sh\necho asking\necho "working" >&2\necho "no $1 here" >&2\nexit 3\n');
    await expect(ask(path)).rejects.toThrow(`${path} ended with 3: no prod/db here`);
    await expect(ask('no-such-program-here')).rejects.toThrow(/can't be started \(ENOENT\)/);
    await expect(ask("vault 'get")).rejects.toThrow('LONGSHORE_SECRETS_COMMAND has a quote without its end');
  });

  it('is ended when it says too much, or the user wants to end', async () => {
    await expect(ask('yes')).rejects.toThrow('gave more than 65536 bytes');
    const abort = new AbortController();
    const asked = ask(script('#!/bin/sh\nsleep 60 & wait\n'), 'x', abort.signal);
    setTimeout(() => abort.abort(new Error('enough')), 50);
    await expect(asked).rejects.toThrow('enough');
  });

  it('is not waited for longer than agreed, nor for what it started itself', async () => {
    const path = script('#!/bin/sh\nsleep 60 &\nwait\n');
    const begun = performance.now();
    expect(await runProgram(path, [], { patience: 100, mostBytes: 10 })).toEqual({ kind: 'late' });
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
