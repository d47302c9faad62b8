import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/lib/store/sqlite/database.js';
import { listStatement } from '../../../src/lib/store/sqlite/records.js';
import { schema, type SchemaStep } from '../../../src/lib/store/sqlite/schema.js';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import type { ListQuery } from '../../../src/lib/store/store.js';
import { storeErrorOf, temporaryDirectory } from './temporary.js';

/** Made-up formats after today's. */
const rename: SchemaStep = (database) => database.exec(`UPDATE records SET key = 'new/' || key`);
const fail: SchemaStep = (database) => database.exec(`DELETE FROM records; SELECT * FROM nowhere`);

const pathOfNew = () => join(temporaryDirectory(), 'state.db');

async function keysOf(path: string, steps = schema): Promise<string[]> {
  const store = await openSqliteStore(path, { schema: steps });
  const entries = await store.list({ prefix: '' });
  await store.close();
  return entries.map(({ key }) => key);
}

async function stateWithA(): Promise<string> {
  const path = pathOfNew();
  const store = await openSqliteStore(path);
  await store.commit({ puts: [{ key: 'a', value: 1 }] });
  await store.close();
  return path;
}

describe('the format of the file', () => {
  it('is brought up to date once, step by step', async () => {
    const path = await stateWithA();
    expect(await keysOf(path, [...schema, rename, rename])).toEqual(['new/new/a']);
    expect(await keysOf(path, [...schema, rename, rename])).toEqual(['new/new/a']);
  });

  it('stays as it was when a step fails', async () => {
    const path = await stateWithA();
    await expect(keysOf(path, [...schema, fail])).rejects.toThrow('nowhere');
    expect(await keysOf(path)).toEqual(['a']);
    await expect(keysOf(path, [...schema, rename, fail])).rejects.toThrow('nowhere');
    expect(await keysOf(path, [...schema, rename])).toEqual(['new/a']);
  });

  it('is refused where it is newer, with both versions and the remedy', async () => {
    const path = await stateWithA();
    await keysOf(path, [...schema, rename]);
    const error = await storeErrorOf(openSqliteStore(path));
    expect(error.message).toContain(`format ${schema.length + 1}`);
    expect(error.message).toContain(`up to ${schema.length}`);
    expect(error.remedy).toMatch(/newer Longshore/);
  });

  it('is set up again where the process that made the file died in between', async () => {
    const path = pathOfNew();
    openDatabase(path, 0).prepare('PRAGMA journal_mode = WAL').get();
    expect(await keysOf(path)).toEqual([]);
  });

  it('says whose file it is, and keeps a write-ahead log that is synced', async () => {
    const database = openDatabase(await stateWithA(), 0);
    const read = (name: string) => database.prepare(`PRAGMA ${name}`).get();
    expect(read('application_id')).toEqual([0x4c6e_7368]);
    expect(read('user_version')).toEqual([schema.length]);
    expect(read('journal_mode')).toEqual(['wal']);
    expect(read('encoding')).toEqual(['UTF-8']);
  });
});

describe('every list goes through an index', () => {
  it.each<ListQuery>([
    { prefix: 'task/' },
    { prefix: 'task/', after: 'task/5', limit: 10 },
    { prefix: 'task/', after: 'task/5', reverse: true },
    { prefix: '', limit: 1 },
    { index: 'i' },
    { index: 'i', after: 'task/5', limit: 10 },
    { index: 'i', after: 'task/5', limit: 10, reverse: true },
  ])('%j', async (query) => {
    const database = openDatabase(await stateWithA(), 0);
    const { sql, values } = listStatement(query);
    const plan = database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...values)
      .map((row) => String(row[3]));
    expect(plan.join('; ')).not.toMatch(/TEMP B-TREE|SCAN (?!records USING INDEX)/);
    if (query.index) expect(plan[0]).toMatch(/^SEARCH index_entries USING PRIMARY KEY/);
  });
});
