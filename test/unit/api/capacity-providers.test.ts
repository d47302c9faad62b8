import { expect, it } from 'vitest';
import { providersOfTasks } from '../../../src/lib/api/capacity-providers.js';

const by = (capacityProvider: string, weight?: number, base?: number) => ({ capacityProvider, weight, base });

it.each([
  ['one alone', [by('a', 1)], 2, [], ['a', 'a']],
  ['by weight', [by('a', 1), by('b', 4)], 5, [], ['b', 'b', 'b', 'a', 'b']],
  ['the base first', [by('a', 0, 2), by('b', 1)], 4, [], ['a', 'a', 'b', 'b']],
  ['the base apart from the weights', [by('a', 1, 2), by('b', 1)], 4, [], ['a', 'a', 'a', 'b']],
  ['beside those that are there', [by('a', 1), by('b', 1)], 2, ['a', 'a'], ['b', 'b']],
  ['none of weight 0', [by('a', 1), by('b')], 2, [], ['a', 'a']],
  ['nothing without a strategy', [], 2, [], []],
] as const)('chooses the providers of tasks: %s', (_, strategy, count, there, chosen) => {
  expect(providersOfTasks(strategy, count, there)).toEqual(chosen);
});

it('takes no longer for each of many tasks than for one of a few', () => {
  const begun = performance.now();
  const chosen = providersOfTasks([by('a', 1, 100), by('b', 3)], 20_100);
  expect(performance.now() - begun).toBeLessThan(2000);
  expect(chosen.filter((name) => name === 'a')).toHaveLength(5100);
  expect(chosen).toHaveLength(20_100);
});
