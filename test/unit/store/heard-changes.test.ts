import { expect, it } from 'vitest';
import { heardChanges } from '../../../src/lib/store/heard-changes.js';
import { openMemoryStore } from '../../../src/lib/store/memory.js';
import { StoreConflict, StoreError } from '../../../src/lib/store/store.js';

it('tells of each change that is refused by a fault, and of the first that is taken then', async () => {
  const own = openMemoryStore();
  const commit = own.commit.bind(own);
  const heard: (string | undefined)[] = [];
  const store = heardChanges(own, (fault) => void heard.push(fault?.message));
  const put = () => store.commit({ puts: [{ key: 'a', value: 1 }] });
  await put();
  // Somebody else was faster: that is no fault.
  await expect(store.commit({ checks: [{ key: 'a', revision: 0 }], deletes: ['a'] })).rejects.toBeInstanceOf(
    StoreConflict,
  );
  expect(heard).toEqual([]);
  own.commit = () => Promise.reject(new StoreError('full', 'Make room'));
  await expect(put()).rejects.toThrow('full');
  await expect(put()).rejects.toThrow('full');
  // Nothing is changed by it.
  await expect(store.commit({})).rejects.toThrow('full');
  expect(heard).toEqual(['full', 'full']);
  own.commit = commit;
  await store.commit({});
  expect(heard).toEqual(['full', 'full']);
  await put();
  await put();
  expect(heard).toEqual(['full', 'full', undefined]);
  expect(await store.get('a')).toMatchObject({ value: 1 });
});
