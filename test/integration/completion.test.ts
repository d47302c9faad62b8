import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys, putCluster, putInstance, putTask } from '../../src/lib/engine/keys.js';
import type { InstanceRecord, TaskRecord } from '../../src/lib/engine/records.js';
import { openSqliteStore } from '../../src/lib/store/sqlite.js';
import { ensureDebianPackages } from '../hosts/packages.js';
import { User } from './longshore.js';

const program = join(import.meta.dirname, '../../bin/run.js');
const TASKS = 10_000;

let user: User;
let env: Record<string, string>;
const shells = { zsh: await isThere('zsh'), fish: await isThere('fish') };
for (const [shell, there] of Object.entries(shells))
  if (!there) console.warn(`\nSKIPPED, completion in ${shell}: it is not installed here.\n`);

beforeAll(async () => {
  user = new User();
  const bin = join(user.dir, 'bin');
  mkdirSync(bin);
  symlinkSync(program, join(bin, 'longshore'));
  env = {
    PATH: `${bin}:${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: join(user.dir, 'home'),
    LONGSHORE_STATE: user.statePath,
    LANG: 'C.UTF-8',
    TERM: 'xterm',
  };
  await fill(user.statePath);
});
afterAll(() => user?.remove());

async function isThere(shell: string): Promise<boolean> {
  return spawnSync(shell, ['--version']).status === 0 || (await ensureDebianPackages([shell])).ok;
}

/** A state with many tasks, of which one is 1f2e3d4c…. */
async function fill(path: string): Promise<void> {
  const store = await openSqliteStore(path);
  await store.commit({
    puts: [
      putCluster({ name: 'default', status: 'ACTIVE', createdAt: 0, tags: [], settings: [] }),
      putCluster({ name: 'staging', status: 'ACTIVE', createdAt: 0, tags: [], settings: [] }),
      { key: keys.family('web'), value: { family: 'web', latest: 3 } },
      putInstance({
        id: 'f'.repeat(32),
        cluster: 'default',
        name: 'web1',
        status: 'ACTIVE',
        connected: true,
      } as unknown as InstanceRecord),
      ...Array.from({ length: TASKS }, (_, i) => putTask(task(i))),
    ],
  });
  await store.close();
}

const task = (number: number): TaskRecord =>
  ({
    id: number === 0 ? '1f2e3d4c'.padEnd(32, '0') : createHash('md5').update(`${number}`).digest('hex'),
    cluster: 'default',
    instance: 'f'.repeat(32),
    family: 'web',
    revision: 3,
    group: 'family:web',
    desiredStatus: 'RUNNING',
    lastStatus: 'RUNNING',
    containers: [],
  }) as unknown as TaskRecord;

/** What stands on the line after these keys, in a shell on a terminal: Enter prints its words instead of running it. */
async function typed(shell: string, setUp: string, typing: string): Promise<string> {
  const child = spawn('script', ['--quiet', '--return', '--command', shell, '/dev/null'], { env });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
  const shows = async (text: RegExp) => {
    for (let i = 0; i < 300 && !text.test(screen); i++) await new Promise((next) => setTimeout(next, 100));
    if (!text.test(screen)) throw new Error(`${shell} never showed ${text}: ${JSON.stringify(screen)}`);
  };
  child.stdin.write(`${setUp}; echo re''ady\r`);
  await shows(/^ready/m);
  const [line = '', ...after] = typing.split('\t');
  child.stdin.write(line);
  // Each Tab is answered before the next key, as it is for people.
  for (const more of after) {
    const before = screen.length;
    child.stdin.write('\t');
    for (let i = 0; i < 100 && screen.length === before; i++)
      await new Promise((next) => setTimeout(next, 100));
    await new Promise((next) => setTimeout(next, 500));
    child.stdin.write(more);
  }
  // The line's first word becomes a function that prints the others.
  child.stdin.write('\x01show \r');
  await shows(/<longshore.*>end/s);
  child.stdin.write('exit\r');
  await new Promise((ended) => child.on('close', ended));
  return /<longshore (.*)>end/s.exec(screen)?.[1] ?? screen;
}

const show = 'show() { printf "%s%s>end\\n" "<" "$*"; }';
const inBash = (typing: string) =>
  typed('bash --norc --noprofile -i', `${show}; eval "$(longshore completion bash)"`, typing);
const inZsh = (typing: string) => typed('zsh -f -i', `${show}; eval "$(longshore completion zsh)"`, typing);

const lines: [typing: string, expected: string][] = [
  ['longshore stop-t\t--ta\t1f2e\t', 'stop-task --task 1f2e3d4c'],
  ['longshore run-task --task-def\tweb:\t', 'run-task --task-definition web:'],
  ['longshore list-tasks --cluster=st\t', 'list-tasks --cluster=staging'],
  [
    'longshore list-tasks --cluster sta\t--container-i\t',
    'list-tasks --cluster staging --container-instance',
  ],
  [
    'longshore describe-container-instances --container-instances w\t',
    'describe-container-instances --container-instances web1',
  ],
  ['longshore st\t', 'st'],
];

describe('bash', () => {
  it.each(lines)('%j', async (typing, expected) => expect(await inBash(typing)).toBe(expected));
});

describe.skipIf(!shells.zsh)('zsh', () => {
  it.each(lines)('%j', async (typing, expected) => expect((await inZsh(typing)).trim()).toBe(expected));
});

describe.skipIf(!shells.fish)('fish', () => {
  const complete = (line: string) =>
    spawnSync('fish', ['--no-config', '-c', `longshore completion fish | source; complete -C '${line}'`], {
      env,
      encoding: 'utf8',
    });

  it('offers what there is, and what it is', () => {
    expect(complete('longshore stop-task --task 1f2e').stdout).toBe('1f2e3d4c\tweb:3 RUNNING\n');
    expect(complete('longshore list-tasks --cluster=st').stdout).toBe('--cluster=staging\n');
    expect(complete('longshore stop-t')).toMatchObject({ stdout: 'stop-task\tStop a task\n', stderr: '' });
    // No files where something else belongs.
    expect(complete('longshore stop-task --reason ').stdout).toBe('');
  });
});

describe('what the shells ask', () => {
  const ask = (args: string[], more: Record<string, string> = {}) =>
    spawnSync(program, ['__complete', 'fish', ...args], { env: { ...env, ...more }, encoding: 'utf8' });

  it('is answered within 150 ms of processor time, with many tasks in the state', () => {
    // What the clock on the wall says depends on who else is busy.
    const time = `TIMEFORMAT='%U %S'; time longshore __complete zsh 80 logs --tasks ''`;
    const spent = Array.from({ length: 5 }, () => {
      const { stdout, stderr } = spawnSync('bash', ['-c', time], { env, encoding: 'utf8' });
      expect(stdout).toContain('web:3 RUNNING');
      return stderr
        .trim()
        .split(' ')
        .reduce((sum, seconds) => sum + Number(seconds), 0);
    });
    expect(Math.min(...spent)).toBeLessThan(0.15);
  });

  it.each([
    ['is not there', () => undefined],
    ['is damaged', (path: string) => writeFileSync(path, 'x'.repeat(8192))],
  ])('is answered with nothing, silently, where the state %s', (_, make) => {
    const path = join(user.dir, 'broken.db');
    make(path);
    const answer = ask(['stop-task', '--task', ''], { LONGSHORE_STATE: path });
    expect(answer).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const verbs = ask(['stop'], { LONGSHORE_STATE: path, LONGSHORE_CONNECT_TIMEOUT: 'nonsense' });
    expect(verbs).toMatchObject({ status: 0, stderr: '' });
  });
});
