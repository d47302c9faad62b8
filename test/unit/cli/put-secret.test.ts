import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import PutSecret from '../../../src/commands/put-secret.js';
import { run } from './kit.js';

const folder = mkdtempSync(join(tmpdir(), 'longshore-put-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const at = new Date('2026-11-21T05:00:00Z');
const kept = {
  PutSecret: ({ name }: { name: string }) => ({ secret: { name, createdAt: at, updatedAt: at } }),
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
const secret = 'tell-nobody';

it('keeps a file byte for byte', async () => {
  const bytes = Buffer.from([0, 255, 10]);
  const { code, calls } = await run(PutSecret, ['--name', 'a', '--value-file', file('bytes', bytes)], kept);
  expect([code, calls]).toEqual([
    0,
    [{ operation: 'PutSecret', input: { name: 'a', value: bytes.toString('base64') } }],
  ]);
});

it('asks for it at a terminal, and shows it nowhere', async () => {
  for (const argv of [[], ['--value-file', '-']]) {
    const ran = await run(PutSecret, ['--name', 'a', ...argv], kept, { people: true, replies: [secret] });
    expect(ran.calls).toEqual([{ operation: 'PutSecret', input: { name: 'a', value: base64(secret) } }]);
    expect(ran.out).toBe('The secret a is kept.\n');
    expect(ran.err).not.toContain(secret);
  }
});

it.each<[string, string[], string]>([
  ['nothing', [], '--value-file must be given where nobody can be asked'],
  ['the value itself', ['--value', secret], '--value-file names no file that is there'],
  ['an empty file', ['--value-file', file('empty', '')], 'is empty'],
  ['a file too large', ['--value-file', file('large', 'x'.repeat(65_537))], 'has more than 65536 bytes'],
  ['a folder', ['--value-file', folder], "can't be read"],
  [
    'a document with a value',
    ['--cli-input-json', JSON.stringify({ name: 'a', value: base64(secret) })],
    'a value is not taken from a document',
  ],
])('refuses %s', async (_, argv, message) => {
  const { code, err, calls } = await run(PutSecret, ['--name', 'a', ...argv], kept);
  expect([code, calls]).toEqual([2, []]);
  expect(err).toContain(message);
  expect(err).not.toContain(secret);
});

it('takes nothing typed for no value', async () => {
  const ran = await run(PutSecret, ['--name', 'a'], kept, { people: true, replies: [''] });
  expect([ran.code, ran.calls]).toEqual([2, []]);
});
