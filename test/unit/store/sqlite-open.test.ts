import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/lib/store/sqlite/database.js';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import { StoreError } from '../../../src/lib/store/store.js';
import { storeErrorOf, temporaryDirectory } from './temporary.js';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

async function stateWith(count: number, path = join(temporaryDirectory(), 'state.db')): Promise<string> {
  const store = await openSqliteStore(path);
  const puts = Array.from({ length: count }, (_, i) => ({ key: `key/${i}`, value: 'x'.repeat(1000) }));
  await store.commit({ puts });
  await store.close();
  return path;
}

/** Empties the -wal into the file, so that a test can damage all there is. */
function settle(path: string): void {
  const database = openDatabase(path, 1000);
  database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  database.close();
}

describe('the file of a state', () => {
  it("is made with its directories, for its owner's eyes only, whatever the umask", async () => {
    const directory = join(temporaryDirectory(), 'state', 'longshore');
    const before = process.umask(0);
    try {
      const path = await stateWith(1, join(directory, 'state.db'));
      for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(modeOf(file)).toBe('600');
      for (const made of [directory, join(directory, '..')]) expect(modeOf(made)).toBe('700');
    } finally {
      process.umask(before);
    }
  });

  it('is private before SQLite opens it', async () => {
    const path = join(temporaryDirectory(), 'state.db');
    let seen = '';
    const open: typeof openDatabase = (file, timeout) => {
      seen = modeOf(file);
      return openDatabase(file, timeout);
    };
    await (await openSqliteStore(path, { open })).close();
    expect(seen).toBe('600');
  });

  it('is synced at each commit, from the one that sets it up', async () => {
    const opened: ReturnType<typeof openDatabase>[] = [];
    const open: typeof openDatabase = (file, timeout) => {
      const database = openDatabase(file, timeout);
      opened.push(database);
      return database;
    };
    const FULL = 2;
    const store = await openSqliteStore(join(temporaryDirectory(), 'state.db'), { open });
    expect(opened[0]?.prepare('PRAGMA synchronous').get()).toEqual([FULL]);
    opened[0]?.exec('PRAGMA synchronous = OFF');
    await store.commit({ puts: [{ key: 'a', value: 1 }] });
    expect(opened[0]?.prepare('PRAGMA synchronous').get()).toEqual([FULL]);
    await store.close();
  });

  it('is narrowed where others could read it', async () => {
    const path = await stateWith(1);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) chmodSync(file, 0o666);
    const store = await openSqliteStore(path);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(modeOf(file)).toBe('600');
    expect(await store.count({ prefix: '' })).toBe(1);
    await store.close();
  });

  it('may be empty, or a link', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'empty'), '');
    symlinkSync('empty', join(directory, 'link'));
    await stateWith(3, join(directory, 'link'));
    const store = await openSqliteStore(join(directory, 'empty'));
    expect(await store.count({ prefix: '' })).toBe(3);
    await store.close();
  });

  it('may have a name that SQLite or libsql could take for something else', async () => {
    const directory = temporaryDirectory();
    for (const name of [':memory:', 'file:x?mode=memory', 'a b%20ü#?.db', 'http:', "'"]) {
      await stateWith(1, join(directory, name));
      expect(existsSync(join(directory, name))).toBe(true);
    }
  });
});

describe('a state that cannot be used gives one StoreError with a remedy', () => {
  it.each<[string, (directory: string) => string, RegExp]>([
    ['a directory', (directory) => directory, /it is a directory/],
    [
      'below a file',
      (directory) => join(file(directory, 'f', 'x'), 'state.db'),
      /something that is not a directory/,
    ],
    [
      'deep below a file',
      (directory) => join(file(directory, 'f', 'x'), 'a', 'b'),
      /something that is not a directory/,
    ],
    ['a name that is too long', (directory) => join(directory, 'n'.repeat(300)), /name that is too long/],
    ['a link to nowhere', (directory) => link(directory, '/nowhere/at/all'), /link to nowhere/],
    ['a link in a circle', (directory) => link(directory, 'link'), /circle/],
    ['where no directory can be made', () => '/proc/longshore/state.db', /doesn't exist/],
    ['text', (directory) => file(directory, 'notes.txt', 'notes '.repeat(1000)), /is not a Longshore state/],
    [
      'random bytes',
      (directory) => file(directory, 'x', '\0\u0001\u0002'.repeat(5000)),
      /is not a Longshore state/,
    ],
  ])('%s', async (_, make, message) => {
    const error = await storeErrorOf(openSqliteStore(make(temporaryDirectory())));
    expect(error.message).toMatch(message);
    expect(error.remedy).toContain('--state');
  });

  it('leaves a file that is no state as it is', async () => {
    const path = file(temporaryDirectory(), 'notes.txt', 'notes '.repeat(1000));
    chmodSync(path, 0o644);
    await storeErrorOf(openSqliteStore(path));
    expect(readFileSync(path, 'utf8')).toBe('notes '.repeat(1000));
    expect(modeOf(path)).toBe('644');
  });

  it("another program's database", async () => {
    const path = join(temporaryDirectory(), 'other.db');
    openDatabase(path, 0).exec('CREATE TABLE t (x); PRAGMA user_version = 1');
    expect((await storeErrorOf(openSqliteStore(path))).message).toMatch(/another program's database/);
    const fresh = join(temporaryDirectory(), 'other.db');
    openDatabase(fresh, 0).exec('CREATE TABLE t (x)');
    expect((await storeErrorOf(openSqliteStore(fresh))).message).toMatch(/another program's database/);
  });

  it('a truncated file', async () => {
    const path = await stateWith(100);
    settle(path);
    truncateSync(path, 20_000);
    const error = await storeErrorOf(readAll(path));
    expect(error.message).toMatch(/is damaged/);
    expect(error.remedy).toMatch(/longshore recover/);
  });

  it('a file with damaged pages', async () => {
    const path = await stateWith(100);
    settle(path);
    const bytes = readFileSync(path);
    bytes.fill(0xaa, 4096, bytes.length - 4096);
    writeFileSync(path, bytes);
    expect((await storeErrorOf(readAll(path))).message).toMatch(/is damaged/);
  });

  it('a value that is no JSON any more', async () => {
    const path = await stateWith(1);
    openDatabase(path, 0).exec(`UPDATE records SET value = '{"password":hunter2}'`);
    const error = await storeErrorOf(readAll(path));
    expect(error.message).toMatch(/is damaged \(a record is not JSON\)$/);
    // Nor does anything that --debug would show repeat it.
    for (let at: unknown = error; at instanceof Error; at = at.cause)
      expect(at.stack).not.toContain('hunter2');
  });

  it('one that another process keeps locked', async () => {
    const path = await stateWith(1);
    const other = openDatabase(path, 0);
    const store = await openSqliteStore(path, { busyTimeout: 20 });
    other.exec('BEGIN IMMEDIATE');
    const error = await storeErrorOf(store.commit({ puts: [{ key: 'a', value: 1 }] }));
    expect(error.message).toMatch(/in use/);
    expect(error.remedy).toContain(`fuser ${path}`);
    expect(await store.count({ prefix: '' })).toBe(1);
    other.exec('COMMIT');
    await store.commit({ puts: [{ key: 'a', value: 1 }] });
    await store.close();
  });

  it.each([
    [13, /disk .* is full/, /Make room/],
    [10 | (19 << 8), /disk .* is full/, /Make room/],
    [10 | (3 << 8), /input\/output error/, /dmesg/],
    [8, /SQLite can't open it for writing/, /--state/],
    [15, /in use/, /fuser/],
    [18, /larger than/, /Nothing was changed/],
  ])("SQLite's error %i", async (rawCode, message, remedy) => {
    const error = await storeErrorOf(commitWith(() => Object.assign(new Error('it failed'), { rawCode })));
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('but not our own mistakes', async () => {
    const mistake = Object.assign(new Error('near "SELCT": syntax error'), { rawCode: 1 });
    const error = await commitWith(() => mistake).catch((error: unknown) => error);
    expect(error).toBe(mistake);
    expect(error).not.toBeInstanceOf(StoreError);
  });
});

function file(directory: string, name: string, content: string): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

function link(directory: string, target: string): string {
  symlinkSync(target, join(directory, 'link'));
  return join(directory, 'link');
}

async function readAll(path: string): Promise<void> {
  const store = await openSqliteStore(path);
  await store.list({ prefix: '' });
}

/** A commit in which SQLite gives this error. */
async function commitWith(error: () => Error): Promise<unknown> {
  const open: typeof openDatabase = (path, timeout) => {
    const database = openDatabase(path, timeout);
    const exec = (sql: string) => {
      if (sql === 'COMMIT' && armed) throw error();
      database.exec(sql);
    };
    return { ...database, exec };
  };
  let armed = false;
  const store = await openSqliteStore(join(temporaryDirectory(), 'state.db'), { open });
  armed = true;
  return store.commit({ puts: [{ key: 'a', value: 1 }] });
}
