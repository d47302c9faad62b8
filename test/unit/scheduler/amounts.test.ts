import { describe, expect, it } from 'vitest';
import type { ContainerDefinition, TaskDefinition, TaskOverride } from '../../../src/lib/api/types.js';
import { overridden } from '../../../src/lib/api/overrides.js';
import { amountsOf, cpuUnits, mebibytes, requestOf } from '../../../src/lib/scheduler/amounts.js';
import { seededRandom } from '../../../src/lib/scheduler/random.js';

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
    expect(amountsOf(overridden({ containerDefinitions: [app, side], ...task }, overrides))).toEqual({
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

describe('the request of a task', () => {
  const definition: TaskDefinition = {
    family: 'web',
    containerDefinitions: [
      {
        name: 'a',
        cpu: 1,
        memory: 6,
        portMappings: [{ containerPort: 80, hostPort: 80 }, { containerPort: 81 }],
      },
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
      dynamicPorts: { tcp: 1, udp: 0 },
      group: 'family:web',
      requiredAttributes: [{ name: 'ecs.capability.x' }, { name: 'disk', value: 'ssd' }],
      volumes: [],
      constraints: [{ type: 'memberOf', expression: 'attribute:a exists' }],
      strategy: [],
    });
  });

  it('and from the wishes of the call', () => {
    const wishes = {
      constraints: [{ type: 'distinctInstance' as const }],
      strategy: [{ type: 'random' as const }],
    };
    const request = requestOf({ ...definition, cpu: '2' }, 'service:web', wishes);
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
