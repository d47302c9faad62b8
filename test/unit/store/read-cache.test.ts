import { describe, expect, it } from 'vitest';
import { ReadCache } from '../../../src/lib/store/sqlite/read-cache.js';

const entry = (key: string, text: string) => ({ key, value: { text }, revision: 1 });

describe('what is read by its key', () => {
  it('is kept until another process has committed', async () => {
    let version = 1;
    const cache = new ReadCache(() => version);
    expect(cache.find(['a'])).toBeUndefined();
    cache.keep(['a', 'b'], [entry('a', 'x'), undefined]);
    expect(cache.find(['b', 'a'])).toEqual([undefined, entry('a', 'x')]);
    version++;
    await new Promise((resolve) => setImmediate(resolve));
    expect(cache.find(['a'])).toBeUndefined();
  });

  it('is not kept where another process committed since the turn began', () => {
    let version = 1;
    const cache = new ReadCache(() => version);
    cache.find(['a']);
    version++;
    cache.keep(['a'], [entry('a', 'x')]);
    expect(cache.find(['a'])).toBeUndefined();
  });

  it('takes no more room than it may: the oldest goes', () => {
    const cache = new ReadCache(() => 1, 10_000);
    cache.find([]);
    for (let i = 0; i < 100; i++) cache.keep([`${i}`], [entry(`${i}`, 'x'.repeat(1000))]);
    expect(cache.find(['0'])).toBeUndefined();
    expect(cache.find(['99'])).toHaveLength(1);
  });
});
