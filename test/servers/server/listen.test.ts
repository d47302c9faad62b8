import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listenOnPort, listenOnSocket, ServeError } from '../../../src/lib/server/listen.js';

let folder: string;
const servers: Server[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'longshore-listen-'))));
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
  rmSync(folder, { recursive: true, force: true });
});

function server(): Server {
  const made = createServer();
  servers.push(made);
  return made;
}

it('only its owner may open the socket, and the folder that is made for it', async () => {
  const path = join(folder, 'made', 'longshore.sock');
  const before = process.umask();
  await listenOnSocket(server(), path);
  expect(statSync(path).isSocket()).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700);
  expect(process.umask()).toBe(before);
});

it('a socket that a dead server left is replaced', async () => {
  const path = join(folder, 'longshore.sock');
  leaveDead(path);
  await listenOnSocket(server(), path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('of servers that begin at the same moment one has the socket, and nothing else is left of it', async () => {
  const path = join(folder, 'longshore.sock');
  leaveDead(path);
  // Who died while it held the lock.
  mkdirSync(`${path}.lock`);
  utimesSync(`${path}.lock`, 1, 1);
  const begun = Array.from({ length: 12 }, server);
  const outcomes = await Promise.allSettled(begun.map((one) => listenOnSocket(one, path)));
  const [first, ...others] = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [begun[i]] : []));
  expect(others).toEqual([]);
  expect(readdirSync(folder)).toEqual(['longshore.sock']);
  const answered = new Promise((resolve) => first?.once('connection', resolve));
  connect(path).destroy();
  await answered;
  await new Promise((done) => first?.close(done));
  expect(readdirSync(folder)).toEqual([]);
});

/** As a server leaves it that is killed. */
function leaveDead(path: string): void {
  const left = spawnSync(process.execPath, [
    '-e',
    `require('node:http').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ]);
  expect(left.signal).toBe('SIGKILL');
  expect(statSync(path).isSocket()).toBe(true);
}

it('a socket that a server listens on is left to it', async () => {
  const path = join(folder, 'longshore.sock');
  const first = server();
  await listenOnSocket(first, path);
  await expect(listenOnSocket(server(), path)).rejects.toThrow(ServeError);
  await expect(listenOnSocket(server(), path)).rejects.toThrow(`another server listens on ${path}`);
  expect(first.listening).toBe(true);
});

it('what is no socket is left alone', async () => {
  const path = join(folder, 'notes.txt');
  writeFileSync(path, 'mine');
  await expect(listenOnSocket(server(), path)).rejects.toThrow('is there and is no socket');
  expect(statSync(path).size).toBe(4);
  mkdirSync(join(folder, 'folder'));
  await expect(listenOnSocket(server(), join(folder, 'folder'))).rejects.toThrow('is no socket');
});

it('a path that is too long is refused in words', async () => {
  const path = join(folder, 'x'.repeat(108));
  await expect(listenOnSocket(server(), path)).rejects.toMatchObject({
    name: 'ServeError',
    message: expect.stringContaining('is too long for a socket: 107 bytes at most') as string,
    remedy: 'Give a shorter one with --socket',
  });
});

it('a folder that can not be made is told of', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(listenOnSocket(server(), join(folder, 'file', 'socket'))).rejects.toThrow(ServeError);
});

it('a port that is taken, and an address of others, are told of', async () => {
  const first = server();
  await listenOnPort(first, '127.0.0.1', 0);
  const { port } = first.address() as { port: number };
  await expect(listenOnPort(server(), '127.0.0.1', port)).rejects.toThrow(
    `can't listen on 127.0.0.1:${port}: something else listens there`,
  );
  await expect(listenOnPort(server(), '192.0.2.1', 0)).rejects.toThrow('this machine has no such address');
});
