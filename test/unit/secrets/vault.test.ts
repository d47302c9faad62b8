import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openVault } from '../../../src/lib/secrets/vault.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-vault-'));
  file = join(folder, 'longshore', 'identity.txt');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const value = Buffer.from([0, 1, 2, 255, 10]);

it('opens what it has sealed, also in another process with the same file', async () => {
  const sealed = await openVault(file).seal(value);
  expect(sealed.text).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
  expect(sealed.recipient).toMatch(/^age1[0-9a-z]+$/);
  expect(await openVault(file).open(sealed)).toEqual(value);
  expect(readFileSync(file, 'utf8')).toMatch(
    new RegExp(`\\n# public key: ${sealed.recipient}\\nAGE-SECRET-KEY-1[0-9A-Z]+\\n$`),
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'longshore')).mode & 0o777).toBe(0o700);
});

it('of several that make the identity at once all use one', async () => {
  const sealed = await Promise.all([1, 2, 3, 4].map(() => openVault(file).seal(value)));
  expect(new Set(sealed.map(({ recipient }) => recipient)).size).toBe(1);
  expect(readdirSync(join(folder, 'longshore'))).toEqual(['identity.txt']);
});

it('makes no identity to open with', async () => {
  const sealed = await openVault(file).seal(value);
  rmSync(file);
  await expect(openVault(file).open(sealed)).rejects.toMatchObject({
    message: `there is no identity file ${file}`,
    remedy: expect.stringContaining(sealed.recipient),
  });
  expect(readdirSync(join(folder, 'longshore'))).toEqual([]);
});

it('says so where the identity is another', async () => {
  const sealed = await openVault(join(folder, 'other.txt')).seal(value);
  const vault = openVault(file);
  await vault.seal(value);
  await expect(vault.open(sealed)).rejects.toThrow("it can't be decrypted with the identity here");
});

it.each([0o640, 0o604, 0o666])('refuses an identity file of mode %o', async (mode) => {
  const sealed = await openVault(file).seal(value);
  chmodSync(file, mode);
  const refusal = {
    message: `the identity file ${file} is open to others`,
    remedy: `run: chmod 600 ${file}`,
  };
  await expect(openVault(file).open(sealed)).rejects.toMatchObject(refusal);
  await expect(openVault(file).seal(value)).rejects.toMatchObject(refusal);
});

it('refuses a file without an identity, and does not write over it', async () => {
  const other = join(folder, 'notes.txt');
  writeFileSync(other, 'my notes', { mode: 0o600 });
  await expect(openVault(other).seal(value)).rejects.toThrow(`${other} holds no age identity`);
  expect(readFileSync(other, 'utf8')).toBe('my notes');
});
