import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReferencePlacer } from '../../../bench/reference-placement.js';
import { createPlacer } from '../../../src/lib/scheduler/placer.js';
import { compileQuery } from '../../../src/lib/scheduler/query-language/query.js';
import { seededRandom } from '../../../src/lib/scheduler/random.js';
import type { InstanceView, PlacementRequest, PortKey } from '../../../src/lib/scheduler/types.js';
import { cases } from '../../cases.js';
import { binpack, instance, memberOf, request, spread } from './builders.js';

const groups = ['service:a', 'service:b', 'family:c'];
const port = fc.constantFrom<PortKey>('tcp/80', 'tcp/443', 'udp/53');
const group = fc.constantFrom(...groups);

const anyInstance = fc.record(
  {
    status: fc.constantFrom(
      'ACTIVE' as const,
      'ACTIVE' as const,
      'ACTIVE' as const,
      'DRAINING' as const,
      'INACTIVE' as const,
    ),
    agentConnected: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    cpu: fc.constantFrom(-100, 256, 512, 1024, 2048),
    memory: fc.constantFrom(128, 512, 700, 1024),
    gpus: fc.nat(2),
    ports: fc.uniqueArray(port, { maxLength: 2 }),
    portRange: fc.constantFrom<[number, number]>([80, 82], [400, 500], [50, 49]),
    tasks: fc.dictionary(group, fc.integer({ min: 1, max: 3 }), { maxKeys: 2 }),
    attributes: fc.record(
      {
        zone: fc.constantFrom('a', 'b', 'c'),
        rack: fc.constantFrom('1', '2', ''),
        disk: fc.constantFrom('9', '10'),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['cpu', 'memory'] },
);
const anyCluster = fc
  .array(anyInstance, { maxLength: 12 })
  .map((sketches) => sketches.map((sketch, index) => instance(`h${index}`, sketch)));

const anyStrategy = fc.constantFrom(
  spread('instanceId'),
  spread('host'),
  spread('attribute:zone'),
  spread('attribute:rack'),
  spread('attribute:none'),
  binpack('cpu'),
  binpack('memory'),
  { type: 'random' as const },
);
const anyConstraint = fc.constantFrom(
  { type: 'distinctInstance' as const },
  memberOf('attribute:zone in [a, b]'),
  memberOf('attribute:disk > 9 or attribute:rack !exists'),
  memberOf('not(task:group == service:a)'),
  memberOf('task:group == family:c'),
  memberOf('runningTasksCount < 4'),
);
const anyRequest: fc.Arbitrary<PlacementRequest> = fc
  .record({
    cpu: fc.constantFrom(0, 64, 128, 300),
    memory: fc.constantFrom(32, 128, 200),
    gpus: fc.constantFrom(0, 0, 0, 1),
    ports: fc.uniqueArray(port, { maxLength: 1 }),
    dynamicPorts: fc.constantFrom(
      { tcp: 0, udp: 0 },
      { tcp: 0, udp: 0 },
      { tcp: 1, udp: 0 },
      { tcp: 2, udp: 1 },
    ),
    group,
    requiredAttributes: fc.constantFrom([], [], [], [{ name: 'rack' }], [{ name: 'zone', value: 'a' }]),
    constraints: fc.uniqueArray(anyConstraint, { maxLength: 2 }),
    strategy: fc.array(anyStrategy, { maxLength: 3 }),
  })
  .map(request);

/** Which of a few requests to place, or which of the tasks placed so far to take away again. */
const anyStep = fc.record({ chosen: fc.nat(), releases: fc.integer({ min: 0, max: 3 }).map((n) => n === 0) });
const anyHistory = fc.record({
  cluster: anyCluster,
  requests: fc.array(anyRequest, { minLength: 1, maxLength: 4 }),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 60 }),
  seed: fc.string(),
});
type History = typeof anyHistory extends fc.Arbitrary<infer T> ? T : never;

interface Placed {
  instanceId: string;
  request: PlacementRequest;
}

/** Plays a history; `check` sees each pick before it counts, beside what runs where. */
function play(
  history: History,
  check: (wanted: PlacementRequest, picked: string | undefined, running: readonly Placed[]) => void,
) {
  const { cluster, requests, steps, seed } = history;
  const placer = createPlacer(cluster, { random: seededRandom(seed) });
  const reference = new ReferencePlacer(cluster, seededRandom(seed));
  const running: Placed[] = [];
  for (const { chosen, releases } of steps) {
    if (releases) {
      const [ended] = running.splice(chosen % Math.max(1, running.length), 1);
      if (!ended) continue;
      placer.release(ended.instanceId, ended.request);
      reference.release(ended.instanceId, ended.request);
      continue;
    }
    const wanted = requests[chosen % requests.length] ?? request();
    const pick = placer.place(wanted);
    const picked = pick.placed ? pick.instanceId : undefined;
    expect(picked).toBe(reference.place(wanted));
    if (!pick.placed) expect(pick.refusals).toHaveLength(cluster.length);
    check(wanted, picked, running);
    if (picked !== undefined) running.push({ instanceId: picked, request: wanted });
  }
}

describe('on any cluster, with any requests, whatever comes and goes', () => {
  it('picks what the plain reference picks', () => {
    fc.assert(
      fc.property(anyHistory, (history) => play(history, () => undefined)),
      cases(100),
    );
  });

  it('keeps to capacity, ports and constraints', () => {
    fc.assert(
      fc.property(anyHistory, (history) =>
        play(history, (wanted, picked, running) => {
          const host = history.cluster.find(({ id }) => id === picked);
          if (host)
            expectFit(
              host,
              wanted,
              running.filter(({ instanceId }) => instanceId === picked),
            );
        }),
      ),
      cases(50),
    );
  });

  it('leaves the snapshot as it was', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const before = structuredClone(history.cluster);
        play(history, () => undefined);
        expect(history.cluster).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });
});

/** By what the request says, not by how the scheduler reads it; memberOf through the query language alone. */
function expectFit(host: InstanceView, wanted: PlacementRequest, there: readonly Placed[]): void {
  expect([host.status, host.agentConnected]).toEqual(['ACTIVE', true]);
  const tasks = new Map(host.tasksByGroup);
  for (const {
    request: { group: of },
  } of there)
    tasks.set(of, (tasks.get(of) ?? 0) + 1);
  for (const resource of ['cpu', 'memory', 'gpus'] as const) {
    const taken = there.reduce((sum, placed) => sum + placed.request[resource], 0);
    if (wanted[resource] > 0)
      expect(host.remaining[resource] - taken).toBeGreaterThanOrEqual(wanted[resource]);
  }
  const ports = [...host.usedPorts, ...there.flatMap((placed) => placed.request.ports)];
  expect(wanted.ports.filter((one) => ports.includes(one))).toEqual([]);
  const [first, last] = host.portRange;
  for (const protocol of ['tcp', 'udp'] as const) {
    if (wanted.dynamicPorts[protocol] === 0) continue;
    const all = Array.from(
      { length: last - first + 1 },
      (_, index) => `${protocol}/${first + index}` as const,
    );
    const chosen = there.reduce((sum, placed) => sum + placed.request.dynamicPorts[protocol], 0);
    const free = all.filter((one) => ![...ports, ...wanted.ports].includes(one)).length - chosen;
    expect(free).toBeGreaterThanOrEqual(wanted.dynamicPorts[protocol]);
  }
  for (const { name, value } of wanted.requiredAttributes) {
    expect(value === undefined ? host.attributes.has(name) : host.attributes.get(name) === value).toBe(true);
  }
  for (const { type, expression = '' } of wanted.constraints) {
    if (type === 'distinctInstance') expect(tasks.has(wanted.group)).toBe(false);
    else expect(compileQuery(expression).matches({ ...host, tasksByGroup: tasks })).toBe(true);
  }
}

describe('spread', () => {
  const zones = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 9 });

  it.each([[[]], [[spread('host')]], [[binpack('memory')]], [[{ type: 'random' as const }]]])(
    'over zones never differs by more than one task while all have room, with %j after it',
    (rest) => {
      fc.assert(
        fc.property(zones, fc.integer({ min: 1, max: 30 }), fc.string(), (names, count, seed) => {
          const hosts = names.map((zone, index) => instance(`h${index}`, { attributes: { zone } }));
          const wanted = request({ cpu: 1, memory: 1, strategy: [spread('attribute:zone'), ...rest] });
          const placer = createPlacer(hosts, { random: seededRandom(seed) });
          const tasks = new Map<string, number>(names.map((zone) => [zone, 0]));
          for (let task = 0; task < count; task++) {
            const pick = placer.place(wanted);
            const zone =
              hosts.find(({ id }) => pick.placed && id === pick.instanceId)?.attributes.get('zone') ?? '';
            tasks.set(zone, (tasks.get(zone) ?? 0) + 1);
            expect(Math.max(...tasks.values()) - Math.min(...tasks.values())).toBeLessThanOrEqual(1);
          }
        }),
        { numRuns: 50 },
      );
    },
  );
});
