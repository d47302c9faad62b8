import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/lib/store/sqlite/database.js';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import { storeErrorOf, temporaryDirectory } from './temporary.js';

async function newState(path = join(temporaryDirectory(), 'state.db')): Promise<string> {
  const store = await openSqliteStore(path);
  await store.commit({ puts: [{ key: 'a', value: 1 }] });
  await store.close();
  return path;
}

describe('a state that other users could change', () => {
  it.skipIf(process.getuid?.() !== 0)('is refused where it or its directory is another user’s', async () => {
    for (const foreign of ['.', 'state.db']) {
      const directory = temporaryDirectory();
      const path = await newState(join(directory, 'state.db'));
      chownSync(join(directory, foreign), 65534, 65534);
      const error = await storeErrorOf(openSqliteStore(path));
      expect(error.message).toContain('belongs to another user (uid 65534)');
      expect(error.remedy).toContain('--state PATH');
    }
    const empty = temporaryDirectory();
    chownSync(empty, 65534, 65534);
    expect((await storeErrorOf(openSqliteStore(join(empty, 'state.db')))).message).toContain(empty);
    expect(existsSync(join(empty, 'state.db'))).toBe(false);
  });

  it('is refused in a directory that others may write to, unless nobody can take files away there', async () => {
    const directory = temporaryDirectory();
    const path = await newState(join(directory, 'state.db'));
    for (const mode of [0o777, 0o702]) {
      chmodSync(directory, mode);
      const error = await storeErrorOf(openSqliteStore(path));
      expect(error.message).toContain(`other users may write to ${directory}`);
      expect(error.remedy).toContain(`chmod go-w ${directory}`);
    }
    chmodSync(directory, 0o1777);
    await (await openSqliteStore(path)).close();
    chmodSync(directory, 0o775);
    const isOwnGroup = statSync(directory).gid === process.getuid?.();
    if (isOwnGroup) await (await openSqliteStore(path)).close();
    else expect((await storeErrorOf(openSqliteStore(path))).message).toContain('may write');
  });

  it.skipIf(process.getuid?.() !== 0)(
    'is refused where another user’s group may write to its directory',
    async () => {
      const directory = temporaryDirectory();
      chmodSync(directory, 0o770);
      chownSync(directory, 0, 65534);
      const error = await storeErrorOf(openSqliteStore(join(directory, 'state.db')));
      expect(error.message).toContain('other users may write');
    },
  );

  const planted: [string, (file: string) => void][] = [
    ['a link', (file) => symlinkSync('/etc/hostname', file)],
    ['a directory', (file) => mkdirSync(file)],
    ['another user’s', (file) => (writeFileSync(file, ''), chownSync(file, 65534, 65534))],
  ];

  it.each(planted)('is refused where what SQLite reads beside it is %s', async (what, plant) => {
    if (what.startsWith('another') && process.getuid?.() !== 0) return;
    for (const ending of ['-wal', '-shm', '-journal']) {
      for (const exists of [true, false]) {
        const directory = temporaryDirectory();
        const path = join(directory, 'state.db');
        if (exists) await newState(path);
        rmSync(`${path}${ending}`, { force: true });
        chmodSync(directory, 0o1777);
        plant(`${path}${ending}`);
        const error = await storeErrorOf(openSqliteStore(path));
        expect(error.message).toContain(`${path}${ending} `);
        expect(existsSync(path)).toBe(exists);
      }
    }
  });

  it('is refused where it is a link to such a place', async () => {
    const path = await newState();
    const link = join(temporaryDirectory(), 'link');
    symlinkSync(path, link);
    await (await openSqliteStore(link)).close();
    chmodSync(join(path, '..'), 0o777);
    expect((await storeErrorOf(openSqliteStore(link))).message).toContain('other users may write');
  });

  it.skipIf(process.getuid?.() !== 0)(
    'is refused where somebody puts a file beside it meanwhile',
    async () => {
      const path = await newState();
      const open: typeof openDatabase = (file, timeout) => {
        writeFileSync(`${file}-journal`, '');
        chownSync(`${file}-journal`, 65534, 65534);
        return openDatabase(file, timeout);
      };
      expect((await storeErrorOf(openSqliteStore(path, { open }))).message).toContain('-journal belongs to');
    },
  );
});
