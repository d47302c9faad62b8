import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { User, type Outcome, type RunOptions } from './longshore.js';
import { expectRefusal } from './refusal.js';

describe('a state that can’t be used', () => {
  let user: User;
  const isRoot = process.getuid?.() === 0;

  beforeAll(async () => {
    user = new User();
    await user.ok('create-cluster');
  });
  afterAll(() => user?.remove());

  const refused = async (args: string[], says: RegExp, options: RunOptions) =>
    expectRefusal(args, await user.run(args, options), [1], says);

  let other: string;
  beforeEach(() => {
    other = join(user.dir, `other-${Math.random()}`, 'state.db');
    mkdirSync(dirname(other), { mode: 0o700 });
  });
  const refusedOn = (state: string, says: RegExp, options: RunOptions = {}) =>
    refused(['create-cluster', '--cluster-name', 'more'], says, {
      ...options,
      env: { LONGSHORE_STATE: state },
    });

  it('a file that is no state', async () => {
    writeFileSync(other, 'This is a letter to my grandmother, and no database.\n'.repeat(100));
    await refusedOn(other, /is not a Longshore state, or its beginning is damaged/);
  });

  it('a directory', async () => {
    mkdirSync(other);
    await refusedOn(other, /it is a directory|is a directory/);
  });

  it('damage in its middle', async () => {
    await user.ok('state', 'export');
    copyFileSync(user.statePath, other);
    const damaged = Buffer.alloc(statSync(other).size, 0xa5);
    const whole = readFileSync(other).subarray(0, 4096);
    whole.copy(damaged);
    writeFileSync(other, damaged);
    await refusedOn(other, /is damaged/);
  });

  it('one that a newer version wrote', async () => {
    copyFileSync(user.statePath, other);
    // SQLite keeps user_version in bytes 60 to 63 of the file's header.
    const content = readFileSync(other);
    content.writeUInt32BE(99, 60);
    writeFileSync(other, content);
    await refusedOn(
      other,
      /has format 99, and this Longshore knows formats up to \d+\nA newer Longshore has written it/,
    );
  });

  it('another program’s database', async () => {
    copyFileSync(user.statePath, other);
    const content = readFileSync(other);
    // And application_id in bytes 68 to 71.
    content.writeUInt32BE(0x12345678, 68);
    writeFileSync(other, content);
    await refusedOn(other, /is another program's database/);
  });

  it.runIf(isRoot)('a folder that is not to be written', async () => {
    const nobody = 65_534;
    for (const folder of [user.dir, dirname(other)]) chmodSync(folder, 0o755);
    const home = join(dirname(other), 'home');
    mkdirSync(home);
    chownSync(home, nobody, nobody);
    const options = { uid: nobody, cwd: '/' };
    const env = { LONGSHORE_STATE: other, HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
    await refused(['create-cluster'], /is not yours to read and write/, { ...options, env });
    await refused(['list-clusters'], /is not yours to read and write/, { ...options, env });
  });

  it.runIf(isRoot)('a full disk: what was told to be done is done, and the rest is not', async () => {
    const folder = dirname(other);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
    try {
      const env = { LONGSHORE_STATE: other };
      const made: string[] = [];
      let full: Outcome | undefined;
      for (let i = 0; i < 300 && full === undefined; i++) {
        const name = `c${i}`;
        const tags = JSON.stringify(
          Array.from({ length: 40 }, (_, n) => ({ key: `k${n}`, value: 'x'.repeat(250) })),
        );
        const outcome = await user.run(['create-cluster', '--cluster-name', name, '--tags', tags], { env });
        if (outcome.code === 0) made.push(name);
        else full = outcome;
      }
      expectRefusal(['create-cluster'], full!, [1], /the disk of the state .* is full\n.*Make room in/);
      expect(made.length).toBeGreaterThan(0);
      const { stdout, stderr, code } = await user.run(['list-clusters', '--output', 'text'], { env });
      expect(code, stderr).toBe(0);
      const names = [...stdout.matchAll(/cluster\/(\S+)/g)].map(([, name]) => name);
      expect(names.sort()).toEqual(made.sort());
    } finally {
      execFileSync('umount', ['--lazy', folder]);
    }
  });
});
