import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { openLogFile } from '../../../src/lib/server/log-file.js';
import { ask, call } from './kit.js';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'longshore-log-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A pipe, whose reader is there and reads when the test does. */
function pipe(): { path: string; fd: number; read: () => string } {
  const path = join(dir, 'fifo');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(fd));
  const room = Buffer.alloc(1024 * 1024);
  const read = () => {
    try {
      return room.toString('utf8', 0, readSync(fd, room));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
      return '';
    }
  };
  return { path, fd, read };
}

const full = { skip: !existsSync('/dev/full') };

it('keeps what a slow reader has no time for, drops what is too much, and says how much that was', async () => {
  const { fd, read } = pipe();
  const most = 10_000;
  const log = openLogFile(fd, most);
  const line = `${'x'.repeat(999)}\n`;
  for (let count = 0; count < 200; count++) log.write(line);
  let said = '';
  await expect.poll(() => (said += read())).toContain('left out');
  const lines = said.trimEnd().split('\n');
  const { lines: dropped, level } = JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;
  expect(level).toBe('warn');
  expect(dropped).toBeGreaterThan(100);
  expect(lines.slice(0, -1)).toEqual(Array.from({ length: 200 - Number(dropped) }, () => line.trimEnd()));
  log.write('{"after":1}\n');
  expect(read()).toBe('{"after":1}\n');
  expect(await log.end(0)).toBe(true);
});

it('is not waited for longer than it is given', async () => {
  const { fd } = pipe();
  const log = openLogFile(fd);
  for (let count = 0; count < 200; count++) log.write(`${'x'.repeat(999)}\n`);
  const begun = performance.now();
  expect(await log.end(100)).toBe(false);
  expect(performance.now() - begun).toBeLessThan(5000);
});

it('throws nothing where the disk is full', full, async () => {
  const fd = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(fd));
  const log = openLogFile(fd, 100);
  for (let count = 0; count < 20; count++) log.write('{"a":1}\n');
  expect(await log.end(0)).toBe(false);
});

/** Words and surroundings of a `longshore serve`, and whether it is there. */
function server(logLevel = 'debug') {
  const socketPath = join(dir, 's.sock');
  return {
    socketPath,
    words: [
      ...['--import', 'tsx', join(import.meta.dirname, 'serve-process.ts'), 'serve', '--log-level', logLevel],
      ...['--socket', socketPath, '--state', join(dir, 'state.db')],
    ],
    env: { PATH: process.env.PATH, HOME: dir },
    health: () => ask('unix:', { path: '/healthz', socketPath }).catch(() => ({ status: 0 })),
  };
}

/** With its stderr there; ends it in order. */
async function serving(stderr: number, work: (socketPath: string) => Promise<void>): Promise<number | null> {
  const { socketPath, words, env, health } = server();
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', stderr], env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  await expect.poll(health).toMatchObject({ status: 200 });
  await work(socketPath);
  expect(await health()).toMatchObject({ status: 200 });
  child.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  expect(existsSync(socketPath)).toBe(false);
  return code;
}

it('is no reason for a server to end, where the disk is full', full, async () => {
  const fd = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(fd));
  const code = await serving(fd, async (socketPath) => {
    for (let count = 0; count < 20; count++)
      expect(await call('unix:', 'CreateCluster', '{}', { socketPath })).toMatchObject({ status: 200 });
  });
  expect(code).toBe(0);
});

it('holds up no server, where nobody reads it', async () => {
  const { path } = pipe();
  const fd = openSync(path, 'w');
  onTestFinished(() => closeSync(fd));
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  onTestFinished(() => agent.destroy());
  const code = await serving(fd, async (socketPath) => {
    const asked = Array.from({ length: 2000 }, () =>
      call('unix:', 'ListClusters', '{}', { socketPath, agent }),
    );
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
  });
  expect(code).toBe(0);
});

it('is no reason for a server to end, where its reader has gone', async () => {
  const path = join(dir, 'fifo');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, 'w');
  onTestFinished(() => closeSync(fd));
  const code = await serving(fd, async (socketPath) => {
    closeSync(reader);
    for (let count = 0; count < 20; count++)
      expect(await call('unix:', 'CreateCluster', '{}', { socketPath })).toMatchObject({ status: 200 });
  });
  expect(code).toBe(0);
});

const CTRL_S = '\x13';

it.each(['debug', 'error'])('on a terminal that is stopped is waited for by no end (%s)', async (level) => {
  const { words, env, health } = server(level);
  const pidFile = join(dir, 'pid');
  const shell = `echo $$ > ${pidFile}; exec ${[process.execPath, ...words].join(' ')}`;
  const args = ['--quiet', '--return', '--command', shell, '/dev/null'];
  const terminal = spawn('script', args, { stdio: ['pipe', 'ignore', 'ignore'], env });
  const ended = once(terminal, 'exit');
  await expect.poll(health).toMatchObject({ status: 200 });
  const pid = Number(readFileSync(pidFile, 'utf8'));
  onTestFinished(() => void (existsSync(`/proc/${pid}`) && process.kill(pid, 'SIGKILL')));
  terminal.stdin.write(CTRL_S);
  // The terminal has it a moment later.
  await sleep(300);
  process.kill(pid, 'SIGTERM');
  expect(await ended).toEqual([0, null]);
});
