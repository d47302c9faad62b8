import fc from 'fast-check';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openMemoryStore } from '../../../src/lib/store/memory.js';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import { StoreConflict, type ListQuery, type Store, type Transaction } from '../../../src/lib/store/store.js';
import { temporaryDirectory } from './temporary.js';

const RUNS = Number(process.env.STORE_TEST_ROUNDS ?? 1) * 60;

/** Few keys, so that operations meet; odd ones, so that order matters. */
const key = fc.constantFrom(
  'a',
  'a/',
  'a/b',
  'a/😀',
  'a/\ufffd',
  'a/\u{10FFFF}',
  'a0',
  'b',
  '😀',
  'ü',
  '\ue000',
);
const index = fc.constantFrom('i', 'j', 'i/😀');
const query: fc.Arbitrary<ListQuery> = fc
  .record(
    {
      what: fc.oneof(fc.record({ prefix: fc.oneof(fc.constant(''), key) }), fc.record({ index })),
      after: key,
      limit: fc.nat(5),
      reverse: fc.boolean(),
    },
    { requiredKeys: ['what'] },
  )
  .map(({ what, ...rest }) => ({ ...what, ...rest }));

/** Revisions are counted by both from 1, so that small numbers hit. */
const transaction: fc.Arbitrary<Transaction> = fc
  .record({
    checks: fc.array(fc.record({ key, revision: fc.nat(6) }), { maxLength: 2 }),
    puts: fc.uniqueArray(
      fc.record({
        key,
        value: fc.jsonValue({ maxDepth: 2 }),
        indexes: fc.option(fc.array(index), { nil: undefined }),
      }),
      { selector: (put) => put.key, maxLength: 4 },
    ),
    deletes: fc.uniqueArray(key, { maxLength: 3 }),
  })
  .map(({ deletes, ...rest }) => ({
    ...rest,
    deletes: deletes.filter((deleted) => rest.puts.every((put) => put.key !== deleted)),
  }));

type Operation = (store: Store) => Promise<unknown>;

const operation: fc.Arbitrary<{ text: string; run: Operation }> = fc.oneof(
  { weight: 3, arbitrary: transaction.map((arg) => named('commit', arg, (store) => store.commit(arg))) },
  { weight: 2, arbitrary: query.map((arg) => named('list', arg, (store) => store.list(arg))) },
  fc.array(key).map((arg) => named('getMany', arg, (store) => store.getMany(arg))),
  key.map((arg) => named('get', arg, (store) => store.get(arg))),
  query.map((arg) => named('count', arg, (store) => store.count(arg))),
);

function named(name: string, argument: unknown, run: Operation) {
  return {
    text: `${name} ${JSON.stringify(argument)}`,
    run,
    toString: () => `${name} ${JSON.stringify(argument)}`,
  };
}

it('the drivers give the same answers to the same operations', async () => {
  const directory = temporaryDirectory();
  let files = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 25 }), async (operations) => {
      const memory = openMemoryStore();
      const sqlite = await openSqliteStore(join(directory, `${files++}.db`));
      for (const { text, run } of operations)
        expect([text, await answer(sqlite, run)]).toEqual([text, await answer(memory, run)]);
      await sqlite.close();
    }),
    { numRuns: RUNS },
  );
});

async function answer(store: Store, run: Operation): Promise<unknown> {
  return run(store).catch((error: unknown) => {
    if (error instanceof StoreConflict) return { conflict: error.keys };
    throw error;
  });
}
