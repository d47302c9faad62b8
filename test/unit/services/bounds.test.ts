import { expect, it } from 'vitest';
import { boundsOf } from '../../../src/lib/services/bounds.js';

it.each([
  // wanted, minimum, maximum, lower, upper
  [2, 75, 200, 2, 4],
  [3, 100, 125, 3, 3],
  [4, 50, 200, 2, 8],
  [10, 33, 111, 4, 11],
  [1, 50, 150, 1, 1],
  [0, 100, 200, 0, 0],
  [7, 0, 100, 0, 7],
])('of %i tasks within %i %% and %i %%: %i to %i', (wanted, minimum, maximum, lower, upper) => {
  expect(boundsOf({ minimumHealthyPercent: minimum, maximumPercent: maximum }, wanted)).toEqual({
    lower,
    upper,
  });
});

it('lets what is wanted be reached, whatever the percentages', () => {
  expect(boundsOf({ minimumHealthyPercent: 150, maximumPercent: 50 }, 4)).toEqual({ lower: 4, upper: 4 });
});
