import { expect, it } from 'vitest';
import { fuzz } from '../fuzz/fuzz.js';

// Nothing is packed for it, but it takes longer than what runs with the unit tests.
it('ten thousand hostile requests do nothing to a server', async () => {
  const { faults, growth } = await fuzz(10_000, 1);
  expect(faults).toEqual([]);
  expect(growth).toBeLessThan(64 * 1024 * 1024);
});
