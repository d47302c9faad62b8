import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import { bundleWorker, startWorkers } from './processes.js';

/** `STORE_TEST_ROUNDS=10` repeats everything ten times and gives each writer ten times as much to do. */
const ROUNDS = Number(process.env.STORE_TEST_ROUNDS ?? 1);
const WRITERS = 8;
const TRANSACTIONS = 20 * ROUNDS;
const LIMIT = 60_000 * ROUNDS;

describe('several processes on one file', () => {
  let directory: string;
  let bundle: string;
  let path: string;
  let files = 0;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'longshore-store-'));
    bundle = bundleWorker(directory);
  });
  beforeEach(() => {
    path = join(directory, `new-${files++}`, 'state.db');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it(
    'writes all at once, from the first opening on, and no transaction is lost',
    { timeout: LIMIT },
    async () => {
      const names = Array.from({ length: WRITERS }, (_, i) => `w${i}`);
      const workers = await startWorkers(
        bundle,
        names.map((name) => ['increment', path, name, String(TRANSACTIONS)]),
      );
      workers.forEach(({ go }) => go());
      expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual(names.map(() => ''));
      const store = await openSqliteStore(path);
      const numbers = Array.from({ length: WRITERS * TRANSACTIONS }, (_, i) => i + 1);
      expect((await store.get('number'))?.value).toBe(numbers.length);
      const values = (await store.list<number>({ prefix: 'by/' })).map(({ value }) => value);
      expect(values.sort((a, b) => a - b)).toEqual(numbers);
      for (const name of names) expect(await store.count({ prefix: `by/${name}/` })).toBe(TRANSACTIONS);
      await store.close();
    },
  );

  it('opens a new file many times at once', { timeout: LIMIT }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const file = `${path}-${round}`;
      const workers = await startWorkers(
        bundle,
        Array.from({ length: WRITERS }, () => ['none', file]),
      );
      workers.forEach(({ go }) => go());
      expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual(workers.map(() => ''));
    }
  });

  it('keeps every commit that had returned when the writer was killed', { timeout: LIMIT }, async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 4 * ROUNDS; round++) {
      const names = ['a', 'b'].map((name) => `${name}${round}`);
      const workers = await startWorkers(
        bundle,
        names.map((name) => ['endless', path, name]),
      );
      workers.forEach(({ go }) => go());
      // Every other time from the very start on, where the file is being made or recovered.
      while (round % 2 === 1 && workers.some(({ lines }) => lines().length === 0)) await sleep(5);
      await sleep(Math.random() * 150);
      for (const { child } of workers) child.kill('SIGKILL');
      await Promise.all(workers.map(({ ended }) => ended));
      workers.forEach(({ lines }, i) => acknowledged.push(...lines().map((line) => `${names[i]}/${line}`)));
    }
    const store = await openSqliteStore(path);
    const [left, right] = await Promise.all(['left', 'right'].map((index) => store.list({ index })));
    const written = left?.map(({ key }) => key.slice('left/'.length));
    expect(right?.map(({ key }) => key.slice('right/'.length))).toEqual(written);
    expect(acknowledged.length).toBeGreaterThan(0);
    const kept = new Set(written);
    expect(acknowledged.filter((key) => !kept.has(key))).toEqual([]);
    await store.close();
  });

  it(
    'gives what others have committed last, also where it keeps what it reads',
    { timeout: LIMIT },
    async () => {
      const store = await openSqliteStore(path, { keepsReads: true });
      onTestFinished(() => store.close());
      const workers = await startWorkers(bundle, [['increment', path, 'w', '20']]);
      const before = await store.list({ prefix: '' });
      await store.getMany(before.map(({ key }) => key));
      workers.forEach(({ go }) => go());
      await Promise.all(workers.map(({ ended }) => ended));
      const listed = await store.list({ prefix: '' });
      expect(listed).not.toEqual(before);
      expect(await store.getMany(listed.map(({ key }) => key))).toEqual(listed);
    },
  );
});
