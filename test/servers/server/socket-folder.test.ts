import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listenOnSocket } from '../../../src/lib/server/listen.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'listen-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function listening(path: string) {
  const server = createServer();
  await listenOnSocket(server, path);
  return server;
}

it('makes a socket that only its owner can open, and leaves the mask as it was', async () => {
  const mask = process.umask();
  const path = join(folder, 'new', 'x.sock');
  const server = await listening(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
  expect(process.umask()).toBe(mask);
  server.close();
});

it('is not put where others could put another in its place', async () => {
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  const path = join(open, 'x.sock');
  await expect(listening(path)).rejects.toThrow(`other users may write to ${open}`);
  expect(existsSync(path)).toBe(false);
  // Nobody can take another's away there.
  chmodSync(open, 0o1777);
  (await listening(path)).close();
});

it('takes nothing for a left-over that is none', async () => {
  const file = join(folder, 'file');
  const link = join(folder, 'link');
  writeFileSync(file, 'kept');
  symlinkSync(file, link);
  for (const path of [file, link]) await expect(listening(path)).rejects.toThrow('is no socket');
  expect(existsSync(file)).toBe(true);
  const path = join(folder, 'x.sock');
  const server = await listening(path);
  await expect(listening(path)).rejects.toThrow('another server listens');
  server.close();
});

it('looks at all the folders that it is in, and at those that a link leads to', async () => {
  const open = join(folder, 'open');
  const own = join(open, 'own');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  chmodSync(open, 0o777);
  const link = join(folder, 'link');
  symlinkSync(own, link);
  for (const way of [own, link])
    await expect(listening(join(way, 'x.sock'))).rejects.toThrow(`other users may write to ${open}`);
  chmodSync(open, 0o1777);
  for (const way of [own, link]) (await listening(join(way, 'x.sock'))).close();
});

it('waits for another server that is starting there, but not for ever', async () => {
  const path = join(folder, 'x.sock');
  mkdirSync(`${path}.lock`);
  // However often it is renewed.
  utimesSync(`${path}.lock`, 4e9, 4e9);
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const waiting = expect(listening(path)).rejects.toThrow(`for 10 seconds: ${path}.lock is renewed`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    vi.setSystemTime(Date.now() + 10_001);
    await waiting;
  } finally {
    vi.useRealTimers();
  }
});

it.skipIf(process.getuid?.() !== 0)('waits for no lock of another user', async () => {
  chmodSync(folder, 0o1777);
  const path = join(folder, 'x.sock');
  mkdirSync(`${path}.lock`);
  chownSync(`${path}.lock`, 65534, 65534);
  await expect(listening(path)).rejects.toThrow(`${path}.lock belongs to user 65534`);
  expect(existsSync(`${path}.lock`)).toBe(true);
});

it.skipIf(process.getuid?.() !== 0)('is not put below what belongs to another user', async () => {
  const others = join(folder, 'others');
  mkdirSync(join(others, 'own'), { recursive: true });
  chownSync(others, 65534, 65534);
  await expect(listening(join(others, 'own', 'x.sock'))).rejects.toThrow(`${others} belongs to another user`);
});
