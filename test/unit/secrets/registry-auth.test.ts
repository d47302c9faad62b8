import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerCredentials } from '../../../src/lib/secrets/docker-credentials.js';
import { engineAuth } from '../../../src/lib/secrets/engine-auth.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const ann = { username: 'ann', password: 'pass:word' };

describe('docker login', () => {
  let folder: string;
  const path = process.env.PATH;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-docker-'));
    process.env.PATH = `${folder}${delimiter}${path}`;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (config: object | string) =>
    writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  const helper = (name: string, script: string) =>
    writeFileSync(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const ask = (registry: string) => dockerCredentials(folder, registry, new AbortController().signal);

  it('nothing is there', async () => {
    expect(await ask('ghcr.io')).toBeUndefined();
    write({});
    expect(await ask('ghcr.io')).toBeUndefined();
    write({ auths: null, credHelpers: null, credsStore: null });
    expect(await ask('ghcr.io')).toBeUndefined();
    for (const entry of [null, 1, { auth: 1 }, { username: 1, password: {} }, { identitytoken: [] }]) {
      write({ auths: { 'ghcr.io': entry } });
      expect(await ask('ghcr.io')).toBeUndefined();
    }
  });

  it('in config.json', async () => {
    const auth = base64('ann:pass:word');
    write({
      auths: {
        'https://index.docker.io/v1/': { auth },
        'ghcr.io': { auth },
        'http://10.0.0.1:5000/v2/': { identitytoken: 'abc' },
        'empty.io': {},
      },
    });
    expect(await ask('docker.io')).toEqual(ann);
    expect(await ask('ghcr.io')).toEqual(ann);
    expect(await ask('10.0.0.1:5000')).toEqual({ identitytoken: 'abc' });
    for (const other of ['empty.io', 'io', 'ghcr.io.evil', 'xghcr.io'])
      expect(await ask(other)).toBeUndefined();
  });

  it('with a helper, which is asked with the registry’s address; one of its own goes before the common store', async () => {
    helper('store', 'read address; echo "{\\"Username\\":\\"$1\\",\\"Secret\\":\\"$address\\"}"');
    helper('own', 'echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"abc\\"}"');
    write({ credsStore: 'store', credHelpers: { 'ghcr.io': 'own' }, auths: { 'ghcr.io': {} } });
    const address = 'https://index.docker.io/v1/';
    expect(await ask('docker.io')).toEqual({ username: 'get', password: address });
    expect(await ask('ghcr.io')).toEqual({ identitytoken: 'abc' });
  });

  it('with a helper that knows nothing, or fails', async () => {
    helper('none', 'echo "credentials not found in native keychain"; exit 1');
    write({ credsStore: 'none', auths: { 'ghcr.io': { auth: base64('ann:pass:word') } } });
    expect(await ask('ghcr.io')).toEqual(ann);
    helper('none', 'echo "the keychain is locked" >&2; exit 2');
    await expect(ask('ghcr.io')).rejects.toThrow(
      'docker-credential-none ended with 2: the keychain is locked',
    );
    helper('none', 'echo "not json"');
    await expect(ask('ghcr.io')).rejects.toThrow('docker-credential-none gave no JSON');
    write({ credsStore: 'missing' });
    await expect(ask('ghcr.io')).rejects.toThrow("docker-credential-missing can't be started (ENOENT)");
    write({ credsStore: '../../bin/sh' });
    await expect(ask('ghcr.io')).rejects.toThrow('is no name of a credential helper');
  });

  it('unreadable, without a word of what is in it', async () => {
    write('{"auths": {"ghcr.io": {"auth": "hunter2"');
    await expect(ask('ghcr.io')).rejects.toThrow(/config\.json is no JSON$/);
  });
});

describe('ECS_ENGINE_AUTH_DATA', () => {
  it.each([
    ['dockercfg', { 'https://index.docker.io/v1/': { auth: base64('ann:pass:word'), email: 'x' } }],
    ['docker', { 'https://index.docker.io/v1/': { ...ann, email: 'x' } }],
    ['config.json', { auths: { 'https://index.docker.io/v1/': { auth: base64('ann:pass:word') } } }],
  ])('in the form of %s', (_, data) => {
    expect(engineAuth(JSON.stringify(data), 'docker.io')).toEqual(ann);
    expect(engineAuth(JSON.stringify(data), 'ghcr.io')).toBeUndefined();
  });

  it.each(['{"a": hunter2', '[]', '7'])('is refused: %s', (data) =>
    expect(() => engineAuth(data, 'docker.io')).toThrow(/^ECS_ENGINE_AUTH_DATA is no JSON/),
  );
});
