import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { SpoolFull } from '../../src/lib/engine/push-image/spool.js';
import { openSpoolFile } from '../../src/lib/spool-file.js';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-spool-'));
  folders.push(folder);
  return join(folder, 'images');
}

const text = async (chunks: AsyncIterable<Buffer>) => {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
};

it('keeps what is written, for many to read at once', async () => {
  const spool = await openSpoolFile(newFolder(), 0);
  for (const word of ['hello ', 'big ', 'world']) await spool.write(Buffer.from(word));
  expect(spool.size).toBe(15);
  const reading = [
    [[0, 15]],
    [
      [0, 6],
      [10, 15],
    ],
    [[14, 99]],
    [],
  ] as const;
  expect(await Promise.all(reading.map((ranges) => text(spool.read(ranges))))).toEqual([
    'hello big world',
    'hello world',
    'd',
    '',
  ]);
  expect((await spool.readAt(12, 100)).toString()).toBe('rld');
  expect((await spool.readAt(99, 1)).length).toBe(0);
  await spool.close();
});

it('reads more than a chunk', async () => {
  const spool = await openSpoolFile(newFolder(), 0);
  const chunk = Buffer.alloc(100_000, 'x');
  for (let i = 0; i < 10; i++) await spool.write(chunk);
  expect(await text(spool.read([[0, 1_000_000]]))).toHaveLength(1_000_000);
  await spool.close();
});

it('leaves no name behind, and lets nobody else in', async () => {
  const folder = newFolder();
  const spool = await openSpoolFile(folder, 0);
  expect(readdirSync(folder)).toEqual([]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await spool.close();
});

it('does not begin what has no room', async () => {
  await expect(openSpoolFile(newFolder(), 2 ** 60)).rejects.toBeInstanceOf(SpoolFull);
});
