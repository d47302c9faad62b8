import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../../src/lib/store/memory.js';
import { StoreConflict, StoreError, type Store } from '../../../src/lib/store/store.js';
import { transact } from '../../../src/lib/store/transact.js';

const options = { random: () => 0 };

const storeWith = async (values: Record<string, unknown>): Promise<Store> => {
  const store = openMemoryStore();
  await store.commit({
    puts: Object.entries(values).map(([key, value]) => ({ key, value, indexes: ['all'] })),
  });
  return store;
};
const write = (store: Store, key: string, value: unknown) => store.commit({ puts: [{ key, value }] });
const valueOf = async (store: Store, key: string) => (await store.get(key))?.value;

describe('transact', () => {
  it('gives what was decided, and commits it once', async () => {
    const store = await storeWith({ a: 1 });
    const result = await transact(store, options, async (draft) => {
      const [a, missing] = await draft.getMany<number>(['a', 'missing']);
      draft.put({ key: 'b', value: a, indexes: ['i'] });
      draft.delete('a');
      return [a, missing];
    });
    expect(result).toEqual([1, undefined]);
    expect(await store.list({ prefix: '' })).toEqual([{ key: 'b', value: 1, revision: 2, indexes: ['i'] }]);
  });

  it('decides again on fresh reads when another writer was faster', async () => {
    const store = await storeWith({ a: 1 });
    const seen: unknown[] = [];
    await transact(store, options, async (draft) => {
      seen.push(await draft.get('a'));
      if (seen.length === 1) await write(store, 'a', 10);
      draft.put({ key: 'b', value: seen.at(-1) });
    });
    expect(seen).toEqual([1, 10]);
    expect(await valueOf(store, 'b')).toBe(10);
  });

  it('notices a record that another writer makes where there was none, or lists', async () => {
    const store = await storeWith({ a: 1 });
    for (const read of ['get', 'list'] as const) {
      let attempts = 0;
      await transact(store, options, async (draft) => {
        attempts++;
        await (read === 'get' ? draft.get('new') : draft.list({ index: 'all' }));
        if (attempts === 1) await write(store, read === 'get' ? 'new' : 'a', 2);
        draft.put({ key: 'b', value: attempts });
      });
      expect(attempts).toBe(2);
    }
  });

  it('checks what is peeked at only where it is guarded', async () => {
    const store = await storeWith({ a: 1, b: 1 });
    const run = async (guarded: boolean) => {
      let attempts = 0;
      await transact(store, options, async (draft) => {
        const [a] = await draft.peek({ prefix: 'a' });
        if (guarded && a) draft.guard(a);
        if (++attempts === 1) await write(store, 'a', 2);
        draft.put({ key: 'b', value: 2 });
      });
      return attempts;
    };
    expect(await run(false)).toBe(1);
    expect(await run(true)).toBe(2);
  });

  it('starts over when two readings of one record differ', async () => {
    const store = await storeWith({ a: 1 });
    let attempts = 0;
    const sum = await transact(store, options, async (draft) => {
      const first = (await draft.get<number>('a')) ?? 0;
      if (++attempts === 1) await write(store, 'a', 2);
      return first + ((await draft.get<number>('a')) ?? 0);
    });
    expect(sum).toBe(4);
  });

  it('does not believe an answer or a refusal that comes from halves of another commit', async () => {
    for (const refuses of [false, true]) {
      const store = await storeWith({ left: 1, right: 1 });
      let attempts = 0;
      const result = await transact(store, options, async (draft) => {
        const left = await draft.get('left');
        if (++attempts === 1) {
          await store.commit({ puts: ['left', 'right'].map((key) => ({ key, value: 2 })) });
        }
        const right = await draft.get('right');
        if (refuses && left !== right) throw new Error('left and right differ');
        return [left, right];
      });
      expect(result).toEqual([2, 2]);
      expect(attempts).toBe(2);
    }
  });

  it('throws what was thrown where the reads stand, and writes nothing', async () => {
    const store = await storeWith({ a: 1, b: 1 });
    const refusal = transact(store, options, async (draft) => {
      await draft.getMany(['a', 'b', 'c']);
      draft.put({ key: 'c', value: 1 });
      throw new Error('refused');
    });
    await expect(refusal).rejects.toThrow('refused');
    expect(await valueOf(store, 'c')).toBeUndefined();
  });

  it('throws the error of a store that fails, not one of a check that fails with it', async () => {
    const store = await storeWith({ a: 1, b: 1 });
    const refusal = transact(store, options, async (draft) => {
      await draft.getMany(['a', 'b']);
      await store.close();
      throw new StoreError('damaged', 'mend it');
    });
    await expect(refusal).rejects.toThrow('damaged');
  });

  it('gives up with the conflict after so many attempts, waiting longer and longer', async () => {
    const store = await storeWith({ a: 0 });
    let attempts = 0;
    const asked: number[] = [];
    const random = () => {
      asked.push(attempts);
      return 0;
    };
    const never = transact(store, { random, attempts: 4 }, async (draft) => {
      await draft.get('a');
      await write(store, 'a', ++attempts);
      draft.put({ key: 'b', value: 1 });
    });
    const error = await never.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(StoreConflict);
    expect((error as StoreConflict).keys).toEqual(['a']);
    expect(attempts).toBe(4);
    expect(asked).toEqual([1, 2, 3]);
  });

  it('lets the last put or delete of a key count', async () => {
    const store = await storeWith({ a: 1, b: 1 });
    await transact(store, options, async (draft) => {
      draft.put({ key: 'a', value: 2 });
      draft.delete('a');
      draft.delete('b');
      draft.put({ key: 'b', value: 2 });
      draft.put({ key: 'b', value: 3 });
    });
    expect((await store.list({ prefix: '' })).map(({ key, value }) => [key, value])).toEqual([['b', 3]]);
  });

  it('loses nothing of many that add to the same number', async () => {
    const store = await storeWith({ number: 0 });
    const add = () =>
      transact(store, { random: Math.random }, async (draft) => {
        const number = (await draft.get<number>('number')) ?? 0;
        draft.put({ key: 'number', value: number + 1 });
      });
    await Promise.all(Array.from({ length: 30 }, add));
    expect(await valueOf(store, 'number')).toBe(30);
  });
});
