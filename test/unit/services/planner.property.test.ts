import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf } from '../../../src/lib/services/bounds.js';
import { texts } from '../../../src/lib/services/texts.js';
import type { Breaker, Service } from '../../../src/lib/services/types.js';
import { cases } from '../../cases.js';
import { service } from './builders.js';
import type { Timed, Version } from './incidents.js';
import { Simulation, type SimulationSetup } from './simulation.js';

const TROUBLE = 900;
const HOURS = 3600;

const good = fc.record({ kind: fc.constant('good' as const), checked: fc.boolean() });
const anyVersion: fc.Arbitrary<Version> = fc.oneof(
  { weight: 2, arbitrary: good },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Version>(
      { kind: 'never starts', checked: false },
      { kind: 'dies soon', checked: false },
      { kind: 'unhealthy', checked: true },
    ),
  },
);
const anyBreaker: fc.Arbitrary<Breaker> = fc.record({
  threshold: fc.constantFrom<Breaker['threshold']>(
    { type: 'BOUNDED_PERCENT', value: 50 },
    { type: 'UNBOUNDED_PERCENT', value: 100 },
    { type: 'COUNT', value: 2 },
  ),
  rollback: fc.boolean(),
  resetOnHealthyTask: fc.boolean(),
});
const at = fc.integer({ min: 1, max: TROUBLE });
const index = fc.nat(7);
const anyIncident: fc.Arbitrary<Timed> = fc.oneof(
  fc.record({
    at,
    kind: fc.constant('update' as const),
    version: anyVersion,
    breaker: anyBreaker,
  }),
  fc.record({ at, kind: fc.constant('scale' as const), to: fc.nat(8) }),
  fc.record({ at, kind: fc.constant('vanish' as const), host: index, cut: fc.boolean() }),
  fc.record({ at, kind: fc.constant('return' as const), host: index }),
  fc.record({ at, kind: fc.constantFrom('drain' as const, 'undrain' as const), host: index }),
  fc.record({
    at,
    kind: fc.constant('protect' as const),
    task: index,
    seconds: fc.integer({ min: 1, max: 900 }),
  }),
  fc.record({
    at,
    kind: fc.constantFrom('evict' as const, 'crash' as const, 'sicken' as const, 'recover' as const),
    task: index,
  }),
  fc.record({ at, kind: fc.constant('freeze' as const), on: fc.boolean() }),
  fc.record({ at, kind: fc.constant('halt' as const) }),
);
const anySetup = (scheduling: Service['scheduling']): fc.Arbitrary<SimulationSetup> =>
  fc.record({
    service: fc
      .record({
        desiredCount: fc.nat(8),
        minimumHealthyPercent: fc.constantFrom(0, 25, 50, 75, 100),
        maximumPercent: scheduling === 'DAEMON' ? fc.constant(100) : fc.constantFrom(100, 125, 150, 200),
        healthCheckGracePeriod: fc.constantFrom(0, 60_000),
        strategy: fc.constantFrom<Service['strategy']>([], [{ type: 'binpack', field: 'memory' }]),
      })
      .map((rest) => service({ ...rest, scheduling, deployments: [] })),
    version: good,
    hosts: fc.array(
      fc.record({ slots: fc.integer({ min: 1, max: 4 }), zone: fc.constantFrom('a', 'b', 'c') }),
      { minLength: 1, maxLength: 5 },
    ),
    script: fc.array(anyIncident, { maxLength: 12 }),
    faultsUntil: fc.constant(TROUBLE),
    faultEvery: fc.constantFrom(0, 2, 5),
    seed: fc.string(),
  });

/** It has its trouble; then there is room, nobody is cut off, and it is given all the time that it needs. */
function afterTrouble(setup: SimulationSetup): Simulation {
  const simulation = new Simulation(setup);
  simulation.run(TROUBLE);
  simulation.now = TROUBLE * 1000;
  simulation.incident({ kind: 'freeze', on: false });
  const room = simulation.usable().reduce((sum, { slots }) => sum + slots, 0);
  if (setup.service.scheduling === 'REPLICA') {
    const missing = simulation.service.desiredCount + 1 - room;
    if (missing > 0) simulation.grow(missing);
  }
  simulation.run(6 * HOURS);
  return simulation;
}

describe.each(['REPLICA', 'DAEMON'] as const)('%s', (scheduling) => {
  it('keeps its bounds at each step, and comes to rest where the trouble ends', () => {
    fc.assert(
      fc.property(anySetup(scheduling), (setup) => {
        const simulation = afterTrouble(setup);
        const { service: end, last, versions } = simulation;
        const [primary] = end.deployments;
        if (primary === undefined) throw new Error('It has a deployment.');
        const { lower, upper } = boundsOf(end, simulation.wanted());
        if (primary.rolloutState === 'FAILED') return;
        // It completed when no task was wanted that would have shown that it can't.
        const isFine = versions.get(primary.id)?.kind === 'good';
        if (!isFine && (primary.rolloutState === 'COMPLETED' || primary.breaker === undefined)) return;
        if (lower >= upper && !last?.steady) {
          if (primary.rolloutState === 'IN_PROGRESS') expect(last?.events).toContain(texts.cannotRoll('web'));
          return;
        }
        expect({ steady: last?.steady, deployments: end.deployments.map((one) => one.rolloutState) }).toEqual(
          { steady: true, deployments: ['COMPLETED'] },
        );
      }),
      cases(60),
    );
  });

  it('changes nothing while a host flaps', () => {
    const flap = fc.record({ host: index, at: fc.integer({ min: 400, max: TROUBLE }), seconds: fc.nat(119) });
    fc.assert(
      fc.property(anySetup(scheduling), fc.array(flap, { maxLength: 10 }), (setup, flaps) => {
        const script = flaps.flatMap(({ host, at, seconds }): Timed[] => [
          { at, kind: 'vanish', host, cut: true },
          // One that is away for the second time returns with the first, and never later than it would be given up.
          { at: at + seconds, kind: 'return', host },
        ]);
        const calm = { ...setup, faultEvery: 0, script };
        const simulation = new Simulation(calm);
        simulation.run(399);
        const { starts, stops } = simulation;
        simulation.run(HOURS);
        // What had no place from the beginning has none later.
        expect(simulation).toMatchObject({ starts, stops });
      }),
      cases(25),
    );
  });

  it('fails no good deployment for hosts that go and come back, however soon it may fail', () => {
    const breaker: Breaker = {
      threshold: { type: 'COUNT', value: 1 },
      rollback: false,
      resetOnHealthyTask: false,
    };
    // Hosts go while tasks of an update start on them.
    const trouble = fc.record({
      at,
      version: good,
      host: index,
      cut: fc.boolean(),
      after: fc.nat(20),
      back: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(anySetup(scheduling), fc.array(trouble, { maxLength: 8 }), (setup, troubles) => {
        const script = troubles.flatMap(({ at: when, version, host, cut, after, back }): Timed[] => [
          { at: when, kind: 'update', version, breaker },
          { at: when + after, kind: 'vanish', host, cut },
          { at: when + after + back, kind: 'return', host },
        ]);
        const simulation = new Simulation({ ...setup, faultEvery: 0, script });
        simulation.run(HOURS);
        expect(simulation.events.filter((event) => event.includes('deployment failed'))).toEqual([]);
      }),
      cases(40),
    );
  });

  it('ends when it is deleted, whatever it is in the midst of', () => {
    fc.assert(
      fc.property(anySetup(scheduling), at, (setup, when) => {
        const back = setup.hosts.map((_, host): Timed => ({ at: TROUBLE + 1, kind: 'return', host }));
        const simulation = afterTrouble({
          ...setup,
          script: [...setup.script, { at: when, kind: 'delete' }, ...back],
        });
        expect(simulation.service.status).toBe('INACTIVE');
        expect(simulation.tasks).toEqual([]);
      }),
      cases(15),
    );
  });
});
