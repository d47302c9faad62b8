import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHostsFile } from '../../../src/lib/cli/hosts-file.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'longshore-hosts-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string): Promise<unknown> {
  const path = join(folder, 'hosts.yaml');
  writeFileSync(path, text);
  return readHostsFile(path);
}

describe('hosts file', () => {
  it('names hosts by address or with all that is to be known of them', async () => {
    const hosts = `
hosts:
  - deploy@10.0.0.11
  - name: web2
    host: 10.0.0.12
    user: deploy
    port: 2222
    identityFile: ~/.ssh/deploy
    proxyJump: bastion
    zone: b
    attributes: {disk: ssd, gpu: null, racks: 3}
    reserve: {cpu: 256, memory: 512}
    portRange: 40000-49999
    publishAddress: 203.0.113.12
  - {name: web3}
  - {host: "fe80::1", port: 22}
`;
    expect(await read(hosts)).toEqual([
      { host: 'deploy@10.0.0.11' },
      {
        name: 'web2',
        host: 'deploy@10.0.0.12:2222',
        identityFile: '~/.ssh/deploy',
        proxyJump: 'bastion',
        zone: 'b',
        attributes: [{ name: 'disk', value: 'ssd' }, { name: 'gpu' }, { name: 'racks', value: '3' }],
        reserve: { cpu: 256, memory: 512 },
        portRange: '40000-49999',
        publishAddress: '203.0.113.12',
      },
      { name: 'web3', host: 'web3' },
      { host: '[fe80::1]:22' },
    ]);
    expect(await read('["a", "b"]')).toEqual([{ host: 'a' }, { host: 'b' }]);
  });

  it.each([
    ['hosts: []', /names no hosts/],
    ['zone: a', /names no hosts/],
    ['- {zone: a}', /host 1: host is missing/],
    ['- a\n- {host: b, usr: c}', /host 2: "usr" is not known/],
    ['- [a]', /host 1 is neither an address nor an object/],
    ['- {host: a, attributes: ssd}', /attributes takes names and values/],
    ['hosts: [a', /line 1/],
  ])('%j is refused', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
