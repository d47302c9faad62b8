import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Tournament } from '../../../src/lib/scheduler/tournament.js';

interface Entrant {
  keys: [number, number];
  weight: number;
}

const step = fc.record({
  place: fc.nat(6),
  entrant: fc.option(
    fc.record({
      keys: fc.tuple(fc.nat(2), fc.constantFrom(0, 1, Infinity)),
      weight: fc.integer({ min: 1, max: 3 }),
    }),
    { nil: undefined },
  ),
});

it('knows the best, those that tie with it, and their order, whatever came and went', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const tournament = new Tournament(7, 2);
      const entrants: (Entrant | undefined)[] = Array.from({ length: 7 });
      for (const { place, entrant } of steps) {
        entrants[place] = entrant;
        if (entrant) tournament.enter(place, entrant.keys, entrant.weight);
        else tournament.leave(place);
      }
      const expected = bestOf(entrants);
      expect(tournament.best).toBe(expected[0]?.place ?? -1);
      expect(tournament.tied).toBe(expected.length);
      for (const [nth, entry] of expected.entries()) expect(tournament.pick(nth)).toEqual(entry);
    }),
  );
});

it('needs no keys and no more than one place', () => {
  const tournament = new Tournament(1, 0);
  expect([tournament.best, tournament.tied]).toEqual([-1, 0]);
  tournament.enter(0, []);
  expect([tournament.best, tournament.tied, tournament.pick(0)]).toEqual([0, 1, { place: 0, rest: 0 }]);
});

/** One entry for each unit of weight. */
function bestOf(entrants: (Entrant | undefined)[]): { place: number; rest: number }[] {
  const present = entrants.flatMap((entrant, place) => (entrant ? [{ ...entrant, place }] : []));
  const order = (a: Entrant, b: Entrant) =>
    Math.sign(a.keys[0] - b.keys[0]) || (a.keys[1] < b.keys[1] ? -1 : Number(a.keys[1] > b.keys[1]));
  const [best] = present.toSorted(order);
  return present
    .filter((entrant) => best && order(entrant, best) === 0)
    .flatMap(({ place, weight }) => Array.from({ length: weight }, (_, rest) => ({ place, rest })));
}
