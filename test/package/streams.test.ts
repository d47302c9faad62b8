import { spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verbLines } from '../unit/cli/verb-lines.js';

const program = join(import.meta.dirname, '../../bin/run.js');
const dir = mkdtempSync(join(tmpdir(), 'longshore-streams-'));
const home = join(dir, 'home');
const state = join(dir, 'exported.json');
mkdirSync(home);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  err: string;
}

/**
 * `closed`: the reader of the answer is gone before it comes. `none`: it is closed before it begins, as by `>&-`. A
 * number: the file that takes the answer.
 */
function longshore(
  argv: readonly string[],
  stdout: 'read' | 'closed' | 'none' | number,
  HOME = home,
): Promise<Ended> {
  const shell = stdout === 'none' ? ['sh', '-c', 'exec "$@" >&-', 'sh'] : [];
  const [command, ...rest] = [...shell, process.execPath, program, ...argv];
  const child = spawn(command!, rest, {
    env: { PATH: process.env.PATH, HOME, LONGSHORE_CONNECT_TIMEOUT: '1', TZ: 'UTC' },
    cwd: dir,
    stdio: ['ignore', typeof stdout === 'number' ? stdout : 'pipe', 'pipe'],
  });
  if (stdout === 'closed') child.stdout?.destroy();
  else child.stdout?.resume();
  return new Promise((resolve) => {
    let err = '';
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) => resolve({ code, err }));
  });
}

/** On a state of its own, since verbs change it and run beside each other. */
function onItsOwn(argv: readonly string[], stdout: 'read' | 'closed' | 'none'): Promise<Ended> {
  const copy = mkdtempSync(join(dir, 'home-'));
  cpSync(home, copy, { recursive: true });
  return longshore(argv, stdout, copy);
}

beforeAll(async () => {
  await longshore(['create-cluster', '--cluster-name', 'default'], 'read');
  await longshore(['register-task-definition', '--family', 'web', ...definition], 'read');
  const file = openSync(state, 'w');
  await longshore(['state', 'export'], file);
  closeSync(file);
});

const definition = ['--container-definitions', 'name=a,image=busybox,memory=10'];
const id = '0123456789abcdef0123456789abcdef';
const lines = Object.entries(verbLines).map(([verb, { argv }]) => [
  ...verb.split(' '),
  ...argv({ made: undefined as never, task: id, stopped: id, key: 'LSAKNONE', state }),
]);

describe.concurrent.each([...lines, ['--help'], ['--version'], ['run-task', '--help']])(
  '%s %s',
  (...argv) => {
    it('ends as always where nobody reads its answer', async () => {
      const heard = await onItsOwn(argv, 'read');
      for (const ended of [await onItsOwn(argv, 'closed'), await onItsOwn(argv, 'none')]) {
        expect(ended.err).not.toMatch(/EPIPE|EBADF|unexpected|^\s+at /m);
        expect(ended).toMatchObject({ code: heard.code });
      }
    });
  },
);

it('a slow reader gets all of a long answer', async () => {
  const large = 'x'.repeat(40_000);
  const words = [
    '--container-definitions',
    JSON.stringify([{ name: 'a', image: 'b', memory: 10, command: [large] }]),
  ];
  for (let n = 0; n < 6; n++)
    await longshore(['register-task-definition', '--family', 'large', ...words], 'read');
  // Longer than the process stays for what a library has left open; a pipe of the shell holds 64 KiB.
  const { stdout } = spawnSync(
    'sh',
    ['-c', '"$@" | { sleep 2.5; cat; }', 'sh', process.execPath, program, 'state', 'export'],
    {
      env: { PATH: process.env.PATH, HOME: home },
      encoding: 'utf8',
    },
  );
  expect(stdout.length).toBeGreaterThan(6 * large.length);
  expect(() => void JSON.parse(stdout)).not.toThrow();
});

describe.skipIf(!existsSync('/dev/full'))('where the answer has no room', () => {
  it.each([['list-task-definitions'], ['--help'], ['--version'], ['state', 'export']])(
    '%s says so in one sentence, and fails',
    async (...argv) => {
      const full = openSync('/dev/full', 'w');
      const ended = await longshore(argv, full);
      closeSync(full);
      expect(ended).toEqual({ code: 1, err: "the answer can't be written: no space is left\n" });
    },
  );
});
