import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../../src/lib/store/memory.js';
import { exportState, importState } from '../../../src/lib/store/snapshot.js';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import { StoreConflict, type Store } from '../../../src/lib/store/store.js';
import { storeErrorOf, temporaryDirectory } from './temporary.js';

const records = [
  { key: 'clusters/default', value: { name: 'default', tags: [] } },
  { key: 'tasks/😀', indexes: ['by-cluster/default', 'live'], value: null },
];
const document = { format: 'longshore-state', version: 1, records };

async function storeWith(...keys: string[]): Promise<Store> {
  const store = openMemoryStore();
  if (keys.length > 0)
    await store.commit({ puts: keys.map((key) => ({ key, value: key, indexes: ['old'] })) });
  return store;
}

const keysOf = async (store: Store) => (await store.list({ prefix: '' })).map(({ key }) => key);

describe('export and import of a state', () => {
  it('carry every record with its indexes from one driver to the other', async () => {
    const source = openMemoryStore();
    await importState(source, document);
    const exported = JSON.parse(JSON.stringify(await exportState(source))) as unknown;
    expect(exported).toEqual(document);
    const target = await openSqliteStore(join(temporaryDirectory(), 'state.db'));
    expect(await importState(target, exported)).toEqual({ written: 2, deleted: 0 });
    expect(await exportState(target)).toEqual(document);
    expect((await target.list({ index: 'live' })).map(({ key }) => key)).toEqual(['tasks/😀']);
    await target.close();
  });

  it('leave revisions behind: the importing store counts on', async () => {
    const store = await storeWith('a');
    await store.commit({ deletes: ['a'] });
    await importState(store, document);
    expect((await store.get('clusters/default'))?.revision).toBe(3);
  });

  it('export an empty state, and import it', async () => {
    const empty = await exportState(openMemoryStore());
    expect(empty.records).toEqual([]);
    expect(await importState(openMemoryStore(), empty)).toEqual({ written: 0, deleted: 0 });
  });

  it('do not mix two states: one that holds records is refused, or replaced whole', async () => {
    const store = await storeWith('a', 'clusters/default');
    const error = await storeErrorOf(importState(store, document));
    expect(error.message).toContain('memory holds 2 records already');
    expect(error.remedy).toContain('--replace');
    expect(await keysOf(store)).toEqual(['a', 'clusters/default']);
    expect(await importState(store, document, { replace: true })).toEqual({ written: 2, deleted: 1 });
    expect(await exportState(store)).toEqual(document);
    expect(await store.count({ index: 'old' })).toBe(0);
  });

  it('notice a writer in between', async () => {
    const store = await storeWith('a');
    const racing: Store = Object.assign(Object.create(store) as Store, {
      list: async (...query: Parameters<Store['list']>) => {
        const entries = await store.list(...query);
        await store.commit({ puts: [{ key: 'a', value: 'newer' }] });
        return entries;
      },
    });
    await expect(importState(racing, document, { replace: true })).rejects.toBeInstanceOf(StoreConflict);
    expect(await keysOf(store)).toEqual(['a']);
  });

  it('take 12,000 records in one commit', async () => {
    const many = Array.from({ length: 12_000 }, (_, i) => ({
      key: `tasks/${i}`,
      value: { i },
      indexes: ['live'],
    }));
    const store = await openSqliteStore(join(temporaryDirectory(), 'state.db'));
    await importState(store, { ...document, records: many });
    expect(await store.count({ index: 'live' })).toBe(12_000);
    expect(new Set((await store.list({ prefix: '' })).map(({ revision }) => revision)).size).toBe(1);
    await store.close();
  });

  it.each<[string, unknown, RegExp]>([
    ['another document', { format: 'other' }, /not an export/],
    ['a list', [], /not an export/],
    ['null', null, /not an export/],
    ['a text', 'longshore-state', /not an export/],
    ['a newer version', { ...document, version: 2 }, /version 2, and this Longshore reads version 1/],
    ['no version', { ...document, version: undefined }, /version/],
    ['no records', { ...document, records: {} }, /no list of records/],
    ['a record that is none', { ...document, records: [records[0], 'x'] }, /records\[1\] is not an object/],
    ['an empty key', { ...document, records: [{ key: '', value: 1 }] }, /records\[0\] has no usable key/],
    [
      'a key with U+0000',
      { ...document, records: [{ key: 'a\0', value: 1 }] },
      /records\[0\] has no usable key/,
    ],
    ['no value', { ...document, records: [{ key: 'a' }] }, /records\[0\] \(a\) has no value/],
    [
      'an index that is no name',
      { ...document, records: [{ key: 'a', value: 1, indexes: [1] }] },
      /unusable indexes/,
    ],
    [
      'a key twice',
      { ...document, records: [records[0], records[0]] },
      /records\[1\] has the key of an earlier one/,
    ],
  ])('refuse %s, and change nothing', async (_, wrong, message) => {
    const store = await storeWith('a');
    const error = await storeErrorOf(importState(store, wrong, { replace: true }));
    expect(error.message).toMatch(message);
    expect(error.remedy).not.toBe('');
    expect(await keysOf(store)).toEqual(['a']);
  });
});
