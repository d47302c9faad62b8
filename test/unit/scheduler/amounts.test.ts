import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContainerDefinition, TaskDefinition, TaskOverride } from '../../../src/lib/api/types.js';
import {
  amountsOf,
  choosePorts,
  cpuUnits,
  mebibytes,
  portPlan,
  requestOf,
} from '../../../src/lib/scheduler/amounts.js';
import { seededRandom } from '../../../src/lib/scheduler/random.js';
import type { PortKey } from '../../../src/lib/scheduler/types.js';

const app: ContainerDefinition = { name: 'app', cpu: 100, memory: 300, memoryReservation: 200 };
const side: ContainerDefinition = {
  name: 'side',
  memory: 50,
  resourceRequirements: [
    { type: 'GPU', value: '2' },
    { type: 'InferenceAccelerator', value: 'x' },
  ],
};

describe('amounts of a task', () => {
  it.each<[string, TaskDefinition, TaskOverride, [number, number, number]]>([
    ['sums of its containers', {}, {}, [100, 250, 2]],
    ["the task's own", { cpu: '512', memory: '1024' }, {}, [512, 1024, 2]],
    ["the task's own CPU alone", { cpu: '512' }, {}, [512, 250, 2]],
    ['larger units', { cpu: '.25 vcpu', memory: '0.5GB' }, {}, [256, 512, 2]],
    ["the override's", { cpu: '512', memory: '1024' }, { cpu: '1 vCPU', memory: '2 GB' }, [1024, 2048, 2]],
    [
      "the containers' overrides",
      {},
      {
        containerOverrides: [
          { name: 'app', cpu: 10, memoryReservation: 20, memory: 9999 },
          { name: 'side', memory: 60, resourceRequirements: [{ type: 'GPU', value: '1' }] },
          { name: 'unknown', cpu: 5000 },
        ],
      },
      [10, 80, 1],
    ],
    [
      'a new hard limit beside the reservation',
      {},
      { containerOverrides: [{ name: 'app', memory: 400 }] },
      [100, 250, 2],
    ],
  ])('%s', (_, task, overrides, [cpu, memory, gpus]) => {
    expect(amountsOf({ containerDefinitions: [app, side], ...task }, overrides)).toEqual({
      cpu,
      memory,
      gpus,
    });
  });

  it('are nothing where nothing is said', () => {
    expect(amountsOf({ containerDefinitions: [{ name: 'a' }] })).toEqual({ cpu: 0, memory: 0, gpus: 0 });
  });

  it.each([
    [() => cpuUnits('lots'), 'lots is neither CPU units such as 512 nor vCPUs such as 0.5 vCPU.'],
    [() => cpuUnits('-1'), '-1 is neither'],
    [() => mebibytes('1 GiB'), '1 GiB is neither MiB such as 512 nor gigabytes such as 0.5 GB.'],
    [
      () => amountsOf({ containerDefinitions: [{ resourceRequirements: [{ type: 'GPU', value: 'two' }] }] }),
      'two is not a number of GPUs.',
    ],
  ])('refuses what is no amount', (read, message) => expect(read).toThrow(message));
});

describe('ports of a task', () => {
  const containerDefinitions: ContainerDefinition[] = [
    {
      name: 'a',
      portMappings: [
        { containerPort: 80, hostPort: 8080 },
        { containerPort: 53, protocol: 'udp' },
        { containerPort: 81, hostPort: 0, protocol: 'tcp' },
      ],
    },
    { name: 'b', portMappings: [{ containerPort: 53, hostPort: 53, protocol: 'udp' }] },
    { name: 'c' },
  ];

  it('are fixed or dynamic in bridge mode, the default', () => {
    const plan = portPlan({ containerDefinitions });
    expect(plan.fixed).toEqual(['tcp/8080', 'udp/53']);
    expect(plan.dynamic).toEqual(['udp', 'tcp']);
    expect(plan.published).toEqual([
      { container: 'a', containerPort: 80, protocol: 'tcp', hostPort: 8080 },
      { container: 'a', containerPort: 53, protocol: 'udp' },
      { container: 'a', containerPort: 81, protocol: 'tcp' },
      { container: 'b', containerPort: 53, protocol: 'udp', hostPort: 53 },
    ]);
    expect(portPlan({ networkMode: 'bridge', containerDefinitions })).toEqual(plan);
  });

  it("are the containers' own in host mode", () => {
    const plan = portPlan({ networkMode: 'host', containerDefinitions });
    expect([plan.fixed, plan.dynamic]).toEqual([['tcp/80', 'udp/53', 'tcp/81', 'udp/53'], []]);
  });

  it.each(['awsvpc', 'none'] as const)('are none of the host in %s mode', (networkMode) => {
    expect(portPlan({ networkMode, containerDefinitions })).toEqual({
      published: [],
      fixed: [],
      dynamic: [],
    });
  });
});

describe('choosing dynamic ports', () => {
  it('finds all that are free, whatever the start', () => {
    const used = new Set<PortKey>(['tcp/41', 'udp/42']);
    for (const start of [0, 0.3, 0.6, 0.9]) {
      const chosen = choosePorts([40, 42], used, ['tcp', 'udp', 'tcp', 'udp'], () => start);
      expect(chosen?.toSorted()).toEqual(['tcp/40', 'tcp/42', 'udp/40', 'udp/41']);
      expect(choosePorts([40, 42], used, ['tcp', 'tcp', 'tcp'], () => start)).toBeUndefined();
    }
  });

  it('needs no range where no port is asked for', () => {
    expect(choosePorts([5, 4], new Set(), [], () => 0)).toEqual([]);
    expect(choosePorts([5, 4], new Set(), ['tcp'], () => 0)).toBeUndefined();
  });

  it('gives distinct free ports of the range, in the order of the protocols', () => {
    const port = fc
      .tuple(fc.constantFrom('tcp', 'udp'), fc.integer({ min: 100, max: 110 }))
      .map(([p, n]) => `${p}/${n}` as PortKey);
    const protocols = fc.array(fc.constantFrom('tcp' as const, 'udp' as const), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(port), protocols, fc.string(), (used, wanted, seed) => {
        const chosen = choosePorts([101, 109], new Set(used), wanted, seededRandom(seed));
        if (!chosen) return;
        expect(chosen.map((key) => key.split('/')[0])).toEqual(wanted);
        expect(new Set([...chosen, ...used]).size).toBe(new Set(used).size + wanted.length);
        expect(
          chosen.every((key) => Number(key.split('/')[1]) >= 101 && Number(key.split('/')[1]) <= 109),
        ).toBe(true);
      }),
    );
  });
});

describe('the request of a task', () => {
  const definition: TaskDefinition = {
    family: 'web',
    containerDefinitions: [
      { name: 'a', cpu: 1, memory: 6, portMappings: [{ containerPort: 80, hostPort: 80 }] },
    ],
    requiresAttributes: [{ name: 'ecs.capability.x' }, { name: 'disk', value: 'ssd' }],
    placementConstraints: [{ type: 'memberOf', expression: 'attribute:a exists' }],
  };

  it('follows from its definition', () => {
    expect(requestOf(definition)).toEqual({
      cpu: 1,
      memory: 6,
      gpus: 0,
      ports: ['tcp/80'],
      group: 'family:web',
      requiredAttributes: [{ name: 'ecs.capability.x' }, { name: 'disk', value: 'ssd' }],
      constraints: [{ type: 'memberOf', expression: 'attribute:a exists' }],
      strategy: [],
    });
  });

  it('and from the wishes of the call', () => {
    const wishes = {
      constraints: [{ type: 'distinctInstance' as const }],
      strategy: [{ type: 'random' as const }],
    };
    const request = requestOf(definition, { cpu: '2' }, 'service:web', wishes);
    expect(request).toMatchObject({ cpu: 2, group: 'service:web', strategy: [{ type: 'random' }] });
    expect(request.constraints.map(({ type }) => type)).toEqual(['memberOf', 'distinctInstance']);
  });
});

describe('seeded random numbers', () => {
  it('are the same for the same seed, and spread evenly', () => {
    const numbers = (seed: string) => Array.from({ length: 1000 }, seededRandom(seed));
    expect(numbers('a')).toEqual(numbers('a'));
    expect(numbers('a')).not.toEqual(numbers('b'));
    expect(numbers('a').every((number) => number >= 0 && number < 1)).toBe(true);
    expect(numbers('a').reduce((sum, number) => sum + number) / 1000).toBeCloseTo(0.5, 1);
  });
});
