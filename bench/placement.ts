import { performance } from 'node:perf_hooks';
import { createPlacer } from '../src/lib/scheduler/placer.js';
import { seededRandom } from '../src/lib/scheduler/random.js';
import type { InstanceView, PlacementRequest, PortKey } from '../src/lib/scheduler/types.js';
import { ReferencePlacer } from './reference-placement.js';

/**
 * Placement alone, one thread: 20 tasks an instance of 8 shapes on instances of 4 sizes in 3 zones, spread over zones,
 * then binpack by memory. Prints the placements a second, the same by the plain reference, whether both picked the
 * same, and how the cost of a placement grows with the cluster.
 */
const rounds = 7;
const large = 5000;
const small = 100;

const sizes = [
  { cpu: 4096, memory: 8192 },
  { cpu: 8192, memory: 16_384 },
  { cpu: 8192, memory: 32_768 },
  { cpu: 16_384, memory: 32_768 },
];

interface Shape extends Partial<PlacementRequest> {
  group: string;
  cpu: number;
  memory: number;
  /** Of 100 tasks, how many are of this shape. */
  share: number;
}

/**
 * A host has each fixed port once: `edge` asks for a few more than there are hosts, `dns` for one on most of them. Of
 * dynamic ports it has five: `web` asks for three a host.
 */
const shapes: Shape[] = [
  { group: 'service:edge', cpu: 256, memory: 512, share: 5.5, ports: ['tcp/80', 'tcp/443'] },
  { group: 'service:dns', cpu: 128, memory: 256, share: 4, ports: ['udp/53'] },
  { group: 'service:web', cpu: 512, memory: 1024, share: 15.5, dynamicPorts: { tcp: 1, udp: 0 } },
  {
    group: 'service:api',
    cpu: 256,
    memory: 1536,
    share: 15,
    constraints: [memberOf('attribute:tier == front')],
  },
  {
    group: 'service:batch',
    cpu: 1024,
    memory: 768,
    share: 10,
    constraints: [memberOf('attribute:ecs.instance-type =~ m.*')],
  },
  {
    group: 'service:cache',
    cpu: 128,
    memory: 2048,
    share: 10,
    constraints: [memberOf('attribute:disk >= 200 or attribute:tier != front')],
  },
  { group: 'service:worker', cpu: 384, memory: 640, share: 20 },
  { group: 'family:cron', cpu: 128, memory: 128, share: 20 },
];

function memberOf(expression: string) {
  return { type: 'memberOf' as const, expression };
}

function cluster(count: number): InstanceView[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index.toString(16).padStart(32, '0'),
    name: `host${index}`,
    status: 'ACTIVE',
    agentConnected: true,
    agentVersion: '28.0.0',
    registeredAt: 0,
    attributes: new Map([
      ['ecs.availability-zone', `zone-${'abc'.charAt(index % 3)}`],
      ['ecs.instance-type', index % 4 === 0 ? 'c1' : `m${index % 4}`],
      ['tier', index % 5 < 3 ? 'front' : 'back'],
      ['disk', String(100 * (1 + (index % 4)))],
    ]),
    remaining: { ...sizes[index % sizes.length]!, gpus: 0 },
    usedPorts: new Set<PortKey>(['tcp/22', 'tcp/2375', 'tcp/2376']),
    volumes: new Set<string>(),
    portRange: [40_000, 40_004],
    freePorts: { tcp: 5, udp: 5 },
    tasksByGroup: new Map(),
  }));
}

/** Requests in a seeded order, one object a shape. */
function workload(count: number): PlacementRequest[] {
  const random = seededRandom('workload');
  const requests = shapes.map(({ share: _, ...shape }): PlacementRequest => ({
    gpus: 0,
    ports: [],
    dynamicPorts: { tcp: 0, udp: 0 },
    volumes: [],
    requiredAttributes: [],
    constraints: [],
    strategy: [
      { type: 'spread', field: 'attribute:ecs.availability-zone' },
      { type: 'binpack', field: 'memory' },
    ],
    ...shape,
  }));
  return Array.from({ length: count }, () => {
    let drawn = random() * 100;
    return requests[
      Math.max(
        0,
        shapes.findIndex(({ share }) => (drawn -= share) < 0),
      )
    ]!;
  });
}

type Place = (request: PlacementRequest) => string | undefined;

function fast(instances: readonly InstanceView[]): Place {
  const placer = createPlacer(instances, { random: seededRandom('bench') });
  return (request) => {
    const pick = placer.place(request);
    return pick.placed ? pick.instanceId : undefined;
  };
}

function plain(instances: readonly InstanceView[]): Place {
  const placer = new ReferencePlacer(instances, seededRandom('bench'));
  return (request) => placer.place(request);
}

/** Seconds a task, what the placer needs to get ready included, and the picks. */
function timed(make: (instances: readonly InstanceView[]) => Place, hosts: number) {
  const instances = cluster(hosts);
  const tasks = workload(20 * hosts);
  const start = performance.now();
  const place = make(instances);
  const picks = tasks.map(place);
  return { perTask: (performance.now() - start) / 1000 / tasks.length, picks };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const onLarge: number[] = [];
const onSmall: number[] = [];
let picks: (string | undefined)[] = [];
for (let round = 0; round < rounds; round++) {
  const run = timed(fast, large);
  picks = run.picks;
  onLarge.push(run.perTask);
  // As many placements as on the large cluster, so that both are timed over the same stretch.
  const runs = Array.from({ length: large / small }, () => timed(fast, small).perTask);
  onSmall.push(runs.reduce((a, b) => a + b) / runs.length);
}
console.log(
  `${picks.length} tasks of ${shapes.length} shapes on ${large} instances, median of ${rounds} rounds`,
);
const refused = picks.filter((pick) => pick === undefined).length;
console.log(`placements a second       ${Math.round(1 / median(onLarge))} (${refused} tasks found no place)`);
console.log(
  `cost, ${small} -> ${large} instances ${(median(onLarge) / median(onSmall)).toFixed(2)} x (${(1e6 * median(onSmall)).toFixed(1)} -> ${(1e6 * median(onLarge)).toFixed(1)} us a placement)`,
);
console.log('the same by the plain reference: some two minutes');
const reference = timed(plain, large);
const different = reference.picks.filter((pick, index) => pick !== picks[index]).length;
console.log(
  `reference, placements/s   ${Math.round(1 / reference.perTask)} (${(reference.perTask / median(onLarge)).toFixed(0)} x slower, one round)`,
);
console.log(`picks that differ         ${different}`);
if (different > 0) process.exitCode = 1;
