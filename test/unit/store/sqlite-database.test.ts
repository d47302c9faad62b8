import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  loadBinary,
  openByPackage,
  openDatabase,
  type Database,
} from '../../../src/lib/store/sqlite/database.js';
import { temporaryDirectory } from './temporary.js';

const isPlainLinux =
  process.platform === 'linux' && process.arch === 'x64' && !existsSync('/lib/ld-musl-x86_64.so.1');

describe('libsql', () => {
  // Fails where a new version of libsql names its functions differently: commands would then start 10 ms later.
  it.runIf(isPlainLinux)("is used without its loader where its binary is the platform's plain one", () => {
    expect(loadBinary()).toBeDefined();
  });

  it.each<[string, (path: string, busyTimeout: number) => Database]>([
    ['directly', openDatabase],
    ['through its loader', openByPackage],
  ])('gives the same rows %s', (_, open) => {
    const database = open(join(temporaryDirectory(), 'x.db'), 100);
    database.exec('CREATE TABLE t (n, text)');
    const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
    for (let n = 0; n < 200; n++) insert.run(n, n % 2 ? null : `text ${n}`);
    const select = database.prepare('SELECT n, text FROM t WHERE n < ? ORDER BY n');
    for (const count of [0, 1, 99, 100, 101, 200]) expect(select.all(count)).toHaveLength(count);
    expect(select.all(2)).toEqual([
      [0, 'text 0'],
      [1, null],
    ]);
    expect(select.get(1)).toEqual([0, 'text 0']);
    expect(select.get(0)).toBeUndefined();
    expect(() => database.prepare('SELCT')).toThrow('syntax error');
    expect(() => database.exec('SELCT')).toThrow('syntax error');
    database.close();
  });

  it('leaves no read open after one row: others may check the log in at once', () => {
    const path = join(temporaryDirectory(), 'x.db');
    const [one, other] = [openDatabase(path, 0), openDatabase(path, 0)];
    one.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1), (2)');
    const first = one.prepare('SELECT n FROM t');
    expect(first.get()).toEqual([1]);
    other.exec('UPDATE t SET n = 3');
    expect(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toEqual([0, 0, 0]);
    expect(first.get()).toEqual([3]);
  });
});
