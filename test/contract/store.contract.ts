import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreConflict, type Put, type Store } from '../../src/lib/store/store.js';

/** What a driver's test gives: an empty store and, where it lasts longer than a handle, a second handle on it. */
export interface StoreFixture {
  store: Store;
  another?: () => Promise<Store>;
  remove: () => Promise<void>;
}

/** The tests that every driver passes. */
export function storeContract(name: string, open: () => Promise<StoreFixture>): void {
  describe(`store contract: ${name}`, () => {
    let fixture: StoreFixture;
    let store: Store;
    beforeEach(async () => {
      fixture = await open();
      store = fixture.store;
    });
    afterEach(() => fixture.remove());

    const put = (...puts: Put[]) => store.commit({ puts });
    const keysOf = async (...query: Parameters<Store['list']>) =>
      (await store.list(...query)).map((entry) => entry.key);

    describe('records', () => {
      it('gives back what was put, with its revision and indexes', async () => {
        const value = { name: 'wéb', list: [1, 2.5, null, true], nested: { '': '' }, odd: '\0\ud800"\\' };
        const revision = await put({ key: 'clusters/web', value, indexes: ['z', 'a', 'z'] });
        const expected = { key: 'clusters/web', value, revision, indexes: ['a', 'z'] };
        expect(await store.get('clusters/web')).toEqual(expected);
        expect(await store.list({ prefix: 'clusters/' })).toEqual([expected]);
      });

      it('has no indexes where none were given', async () => {
        const revision = await put({ key: 'a', value: 1 }, { key: 'b', value: 2, indexes: [] });
        expect(await store.getMany(['a', 'b'])).toStrictEqual([
          { key: 'a', value: 1, revision },
          { key: 'b', value: 2, revision },
        ]);
      });

      it('gives undefined for a key that does not exist or was deleted', async () => {
        await put({ key: 'a', value: 1 });
        await store.commit({ deletes: ['a', 'never'] });
        expect(await store.get('a')).toBeUndefined();
        expect(await store.list({ prefix: '' })).toEqual([]);
      });

      it('gives many in the order that was asked, repeated ones too', async () => {
        await put({ key: 'a', value: 1 }, { key: 'b', value: 2 });
        const found = await store.getMany<number>(['b', 'x', 'a', 'b']);
        expect(found.map((entry) => entry?.value)).toEqual([2, undefined, 1, 2]);
        expect(await store.getMany([])).toEqual([]);
      });

      it.each([0, '', false, null, [], {}, 'text', 1e300])('keeps any JSON value: %j', async (value) => {
        await put({ key: 'a', value });
        expect((await store.get('a'))?.value).toStrictEqual(value);
      });

      it('shares no object with its callers', async () => {
        const value = { list: [1] };
        await put({ key: 'a', value, indexes: ['i'] });
        value.list.push(2);
        const read = await store.get<typeof value>('a');
        try {
          read?.value.list.push(3);
        } catch {
          // What a store keeps may be frozen instead of copied.
        }
        expect((await store.get('a'))?.value).toEqual({ list: [1] });
      });

      it('keeps a value of 1 MB', async () => {
        const value = { text: 'ü€😀x'.repeat(100_000) };
        await put({ key: 'a', value });
        expect((await store.get('a'))?.value).toEqual(value);
      });
    });

    describe('commit', () => {
      it('writes only where every check holds, and names those that do not', async () => {
        const revision = await put({ key: 'a', value: 1 }, { key: 'b', value: 1 });
        await put({ key: 'b', value: 2 });
        const checks = ['a', 'b', 'c'].map((key) => ({ key, revision }));
        const conflict = await store
          .commit({ checks, puts: [{ key: 'd', value: 1 }] })
          .catch((e: unknown) => e);
        expect(conflict).toBeInstanceOf(StoreConflict);
        expect((conflict as StoreConflict).keys).toEqual(['b', 'c']);
        expect(await store.get('d')).toBeUndefined();
      });

      it('leaves nothing of a refused commit: records, deletes and indexes stand as before', async () => {
        await put({ key: 'a', value: 1, indexes: ['i'] }, { key: 'b', value: 1 });
        const before = await store.list({ prefix: '' });
        const refused = store.commit({
          checks: [{ key: 'b', revision: 0 }],
          puts: [{ key: 'a', value: 2, indexes: ['j'] }],
          deletes: ['b'],
        });
        await expect(refused).rejects.toBeInstanceOf(StoreConflict);
        expect(await store.list({ prefix: '' })).toEqual(before);
        expect(await keysOf({ index: 'i' })).toEqual(['a']);
        expect(await keysOf({ index: 'j' })).toEqual([]);
      });

      it('takes revision 0 for "must not exist"', async () => {
        const create = () =>
          store.commit({ checks: [{ key: 'a', revision: 0 }], puts: [{ key: 'a', value: 1 }] });
        await create();
        await expect(create()).rejects.toBeInstanceOf(StoreConflict);
        await store.commit({ deletes: ['a'] });
        await expect(create()).resolves.toBeGreaterThan(0);
      });

      it('gives revisions that only rise, also over deletes and refused commits', async () => {
        const first = await put({ key: 'a', value: 1 });
        const second = await put({ key: 'b', value: 1 });
        await store.commit({ deletes: ['a', 'b'] });
        await store.commit({ checks: [{ key: 'a', revision: 1 }], puts: [] }).catch(() => undefined);
        const third = await put({ key: 'a', value: 1 });
        expect(first).toBeGreaterThan(0);
        expect(second).toBeGreaterThan(first);
        expect(third).toBeGreaterThan(second);
      });

      it('gives all records of one commit its revision, and leaves the others theirs', async () => {
        const first = await put({ key: 'a', value: 1 }, { key: 'b', value: 1 });
        const second = await put({ key: 'b', value: 2 }, { key: 'c', value: 1 });
        const revisions = (await store.list({ prefix: '' })).map((entry) => entry.revision);
        expect(revisions).toEqual([first, second, second]);
      });

      it('only makes the checks where there is nothing to write', async () => {
        const revision = await put({ key: 'a', value: 1 });
        expect(await store.commit({ checks: [{ key: 'a', revision }] })).toBe(revision);
        await expect(store.commit({ checks: [{ key: 'a', revision: 0 }] })).rejects.toBeInstanceOf(
          StoreConflict,
        );
        expect(await store.commit({})).toBe(revision);
      });

      it('lets one of many that read the same win', async () => {
        const revision = await put({ key: 'a', value: 'old' });
        const attempts = Array.from({ length: 20 }, (_, i) =>
          store.commit({ checks: [{ key: 'a', revision }], puts: [{ key: 'a', value: i }] }),
        );
        const results = await Promise.allSettled(attempts);
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      });

      it.each<[string, Parameters<Store['commit']>[0]]>([
        ['an empty key', { puts: [{ key: '', value: 1 }] }],
        ['U+0000 in a key', { puts: [{ key: 'a\0b', value: 1 }] }],
        ['half a surrogate pair in a key', { deletes: ['a\ud83d'] }],
        ['the same in an index', { puts: [{ key: 'a', value: 1, indexes: ['\udc00'] }] }],
        ['a value that is not JSON', { puts: [{ key: 'a', value: undefined }] }],
        ['a key that is put twice', { puts: ['a', 'a'].map((key) => ({ key, value: 1 })) }],
        ['a key that is put and deleted', { puts: [{ key: 'a', value: 1 }], deletes: ['a'] }],
        ['a revision that is no count', { checks: [{ key: 'a', revision: -1 }] }],
      ])('refuses %s, and writes nothing', async (_, transaction) => {
        const puts = [{ key: 'other', value: 1 }, ...(transaction.puts ?? [])];
        await expect(store.commit({ ...transaction, puts })).rejects.toBeInstanceOf(TypeError);
        expect(await store.count({ prefix: '' })).toBe(0);
      });
    });

    describe('list', () => {
      /** In the order of their UTF-8 bytes; by UTF-16 the emoji would come before U+E000 and U+FFFD. */
      const ordered =
        ' |A|a|a |a!|a-b|a/|a/b|a/\u{10FFFF}|a/\u{10FFFF}b|a0|aa|b|\u007f|\u0080|ü|ÿ|\u07ff|€|\ud7ff|\ue000|\ufffd|\uffff|😀|\u{10FFFF}|\u{10FFFF}\u{10FFFF}'.split(
          '|',
        );

      it('orders keys by their UTF-8 bytes', async () => {
        const shuffled = ordered.map((_, i) => ordered[(i * 7 + 3) % ordered.length] as string);
        await put(...shuffled.map((key) => ({ key, value: 1, indexes: ['i'] })));
        expect(await keysOf({ prefix: '' })).toEqual(ordered);
        expect(await keysOf({ index: 'i' })).toEqual(ordered);
        expect(await keysOf({ prefix: '', reverse: true })).toEqual([...ordered].reverse());
      });

      it('finds exactly what starts with the prefix', async () => {
        await put(...ordered.map((key) => ({ key, value: 1 })));
        for (const prefix of ordered) {
          const expected = ordered.filter((key) => key.startsWith(prefix));
          expect(await keysOf({ prefix })).toEqual(expected);
          expect(await store.count({ prefix })).toBe(expected.length);
        }
      });

      it('treats no character of a prefix as a pattern', async () => {
        await put(...['a%b', 'axb', 'a_b', 'a*b', 'a[b', "a'b", 'A%B'].map((key) => ({ key, value: 1 })));
        for (const prefix of ['a%', 'a_', 'a*', 'a[', "a'"])
          expect(await keysOf({ prefix })).toEqual([`${prefix}b`]);
      });

      it.each([{ prefix: 'k/' }, { index: 'i' }])('pages through %j in both directions', async (what) => {
        const keys = Array.from({ length: 25 }, (_, i) => `k/${String(i).padStart(2, '0')}`);
        await put({ key: 'a', value: 1 }, { key: 'z', value: 1, indexes: ['j'] });
        await put(...keys.map((key) => ({ key, value: 1, indexes: ['i'] })));
        for (const reverse of [false, true]) {
          const seen: string[] = [];
          for (let page: string[] = ['']; page.length > 0; seen.push(...page)) {
            page = await keysOf({ ...what, limit: 10, after: seen.at(-1), reverse });
            expect(page.length).toBeLessThanOrEqual(10);
          }
          expect(seen).toEqual(reverse ? [...keys].reverse() : keys);
        }
      });

      it('takes an `after` that does not exist or lies outside, and a limit of 0', async () => {
        await put(...['a', 'k/1', 'k/3', 'z'].map((key) => ({ key, value: 1 })));
        expect(await keysOf({ prefix: 'k/', after: 'k/2' })).toEqual(['k/3']);
        expect(await keysOf({ prefix: 'k/', after: 'k/2', reverse: true })).toEqual(['k/1']);
        expect(await keysOf({ prefix: 'k/', after: 'a' })).toEqual(['k/1', 'k/3']);
        expect(await keysOf({ prefix: 'k/', after: 'a', reverse: true })).toEqual([]);
        expect(await keysOf({ prefix: 'k/', after: 'z' })).toEqual([]);
        expect(await keysOf({ prefix: 'k/', after: 'z', reverse: true })).toEqual(['k/3', 'k/1']);
        expect(await keysOf({ prefix: '', limit: 0 })).toEqual([]);
      });

      it('follows the indexes of the last put', async () => {
        await put({ key: 'a', value: 1, indexes: ['one', 'both'] });
        await put({ key: 'b', value: 1, indexes: ['both'] });
        await put({ key: 'a', value: 2, indexes: ['two', 'both'] });
        expect(await keysOf({ index: 'one' })).toEqual([]);
        expect(await keysOf({ index: 'two' })).toEqual(['a']);
        expect(await keysOf({ index: 'both' })).toEqual(['a', 'b']);
        expect((await store.list({ index: 'two' }))[0]?.value).toBe(2);
        await put({ key: 'a', value: 3 });
        expect(await keysOf({ index: 'both' })).toEqual(['b']);
        await store.commit({ deletes: ['b'] });
        expect(await store.count({ index: 'both' })).toBe(0);
      });

      it('takes index names whole: one is not found under the beginning of another', async () => {
        await put(
          { key: 'a', value: 1, indexes: ['task/web'] },
          { key: 'b', value: 1, indexes: ['task/web2'] },
        );
        expect(await keysOf({ index: 'task/web' })).toEqual(['a']);
        expect(await keysOf({ index: 'task/' })).toEqual([]);
      });

      it('is of one moment: commits that run meanwhile show wholly or not at all', async () => {
        const write = (value: number) =>
          put(...['a', 'b', 'c'].map((key) => ({ key, value, indexes: ['i'] })));
        await write(0);
        const running = Array.from({ length: 30 }, (_, i) => [
          write(i + 1),
          store.list({ prefix: '' }),
          store.list({ index: 'i' }),
          store.getMany(['a', 'b', 'c']),
        ]);
        for (const result of await Promise.all(running.flat())) {
          if (typeof result === 'number') continue;
          expect(new Set(result.map((entry) => entry?.revision)).size).toBe(1);
          expect(result).toHaveLength(3);
        }
      });

      it('lists the first page of 10,000 records without reading them all', async () => {
        const keys = Array.from({ length: 10_000 }, (_, i) => `task/${String(i).padStart(5, '0')}`);
        await put(...keys.map((key) => ({ key, value: { text: 'x'.repeat(500) }, indexes: ['i'] })));
        expect(await store.count({ prefix: 'task/' })).toBe(10_000);
        const started = performance.now();
        await store.list({ prefix: 'task/' });
        const all = performance.now() - started;
        const paged = performance.now();
        expect(await keysOf({ prefix: 'task/', limit: 10 })).toEqual(keys.slice(0, 10));
        expect(await keysOf({ index: 'i', limit: 10, after: keys[9], reverse: true })).toEqual(
          keys.slice(0, 9).reverse(),
        );
        expect(performance.now() - paged).toBeLessThan(all);
      });

      it.each([
        {},
        { prefix: 'a', index: 'a' },
        { index: '' },
        { prefix: 'a', limit: -1 },
        { prefix: '', limit: NaN },
      ])('refuses the query %j', async (query) => {
        await expect(store.list(query)).rejects.toBeInstanceOf(TypeError);
      });
    });

    describe('handles', () => {
      it('refuses everything once closed, and may be closed twice', async () => {
        await store.close();
        await store.close();
        await expect(store.get('a')).rejects.toThrow('closed');
        await expect(store.list({ prefix: '' })).rejects.toThrow('closed');
        await expect(store.commit({ puts: [{ key: 'a', value: 1 }] })).rejects.toThrow('closed');
      });

      it('shows a commit on every other handle at once, and after closing', async ({ skip }) => {
        const { another } = fixture;
        if (!another) return skip();
        const second = await another();
        expect(await second.get('a')).toBeUndefined();
        const revision = await put({ key: 'a', value: 1, indexes: ['i'] });
        expect(await second.list({ index: 'i' })).toEqual([{ key: 'a', value: 1, revision, indexes: ['i'] }]);
        const later = await second.commit({
          checks: [{ key: 'a', revision }],
          puts: [{ key: 'a', value: 2 }],
        });
        expect(later).toBeGreaterThan(revision);
        await expect(
          store.commit({ checks: [{ key: 'a', revision }], deletes: ['a'] }),
        ).rejects.toBeInstanceOf(StoreConflict);
        await Promise.all([store.close(), second.close()]);
        const third = await another();
        expect(await third.get('a')).toEqual({ key: 'a', value: 2, revision: later });
        await third.close();
      });
    });
  });
}
