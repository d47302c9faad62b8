import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import { transact } from '../../../src/lib/store/transact.js';
import type { Store } from '../../../src/lib/store/store.js';

/**
 * One process of the tests with several: `store-worker JOB PATH NAME [COUNT]`. Says `ready`, and starts when it gets
 * a byte. Each line that it prints afterwards is a commit that had returned.
 */
const [job, path = '', name = '', count = '0'] = process.argv.slice(2);

const say = (text: string | number) => writeSync(1, `${text}\n`);

const jobs: Record<string, (store: Store) => Promise<void>> = {
  /** Adds 1 to one shared number, `count` times. */
  increment: async (store) => {
    for (let i = 0; i < Number(count); i++) say(await increment(store));
  },
  /** Writes records in pairs until it is killed. */
  endless: async (store) => {
    for (let i = 0; ; i++) {
      const puts = ['left', 'right'].map((side) => ({
        key: `${side}/${name}/${i}`,
        value: i,
        indexes: [side],
      }));
      await store.commit({ puts });
      say(i);
    }
  },
  /** Opens the store and ends. */
  none: async () => undefined,
};

async function increment(store: Store): Promise<number> {
  return transact(store, { random: Math.random, attempts: 1000 }, async (draft) => {
    const number = ((await draft.get<number>('number')) ?? 0) + 1;
    draft.put({ key: 'number', value: number });
    draft.put({ key: `by/${name}/${number}`, value: number });
    return number;
  });
}

say('ready');
process.stdin.once('data', () => {
  openSqliteStore(path)
    .then(async (store) => {
      await jobs[job ?? '']?.(store);
      await store.close();
      process.exit(0);
    })
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
});
