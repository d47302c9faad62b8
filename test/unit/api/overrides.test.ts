import { describe, expect, it } from 'vitest';
import { EcsError } from '../../../src/lib/api/errors.js';
import { overridden, prepareOverrides } from '../../../src/lib/api/overrides.js';
import type { ContainerOverride, TaskDefinition, TaskOverride } from '../../../src/lib/api/types.js';

const definition: TaskDefinition = {
  family: 'web',
  memory: '512',
  containerDefinitions: [
    {
      name: 'app',
      image: 'nginx',
      cpu: 10,
      memory: 128,
      command: ['serve'],
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
    { name: 'side', image: 'nginx', memory: 64 },
  ],
};
const prepare = (given: TaskOverride) => prepareOverrides(given, definition);
const ofApp = (given: ContainerOverride): TaskOverride => ({
  containerOverrides: [{ name: 'app', ...given }],
});

describe('overrides', () => {
  it('that a definition honours pass, with sizes in numbers', () => {
    const given = ofApp({
      command: ['migrate'],
      environment: [{ name: 'A', value: 'x' }],
      cpu: 5,
      memory: 64,
    });
    expect(prepare({ ...given, cpu: '.5 vCPU', memory: '1 GB' })).toEqual({
      overrides: { ...given, cpu: '512', memory: '1024' },
      warnings: ['cpu and memory of the task bound each of its containers here, not their sum.'],
    });
    expect(prepare({})).toEqual({ overrides: {}, warnings: [] });
  });

  it('that mean nothing outside AWS are named in a warning', () => {
    const { warnings } = prepare({
      taskRoleArn: 'arn:aws:iam::1:role/x',
      executionRoleArn: 'arn:aws:iam::1:role/y',
      ephemeralStorage: { sizeInGiB: 30 },
      inferenceAcceleratorOverrides: [{ deviceName: 'a', deviceType: 'b' }],
    });
    expect(warnings).toEqual([
      'overrides.inferenceAcceleratorOverrides has no effect here: Elastic Inference exists only inside AWS.',
      'overrides.executionRoleArn has no effect here: nothing is pulled or logged through AWS.',
      'overrides.taskRoleArn has no effect here: containers get no AWS credentials from it.',
      "overrides.ephemeralStorage has no effect here: tasks use the host's disk as it is.",
    ]);
  });

  it('that ask for nothing say nothing, as in the answer of AWS that somebody pastes', () => {
    const empty = { ...ofApp({ environmentFiles: [] }), inferenceAcceleratorOverrides: [] };
    expect(prepare(empty)).toEqual({ overrides: empty, warnings: [] });
  });

  it.each<[string, TaskOverride, string]>([
    [
      'a refused field',
      ofApp({ resourceRequirements: [{ value: 'ALL', type: 'GPU' }] }),
      'containerOverrides.resourceRequirements with the value ALL is not supported yet: say how many GPUs.',
    ],
    [
      'another container',
      { containerOverrides: [{ name: 'api' }] },
      'Override for container named api is not a container in the TaskDefinition.',
    ],
    [
      'a size that is none',
      { cpu: 'lots' },
      "Invalid 'cpu' setting for task. Allowed are 128 to 196608 CPU units, or vCPUs such as '.5 vCPU', not 'lots'.",
    ],
    [
      'less storage than Fargate has',
      { ephemeralStorage: { sizeInGiB: -5 } },
      'ephemeralStorage.sizeInGiB must be 21 to 200, not -5.',
    ],
    ['less than nothing', ofApp({ cpu: -100 }), "Invalid 'cpu' setting for container 'app'."],
    [
      'too little memory',
      ofApp({ memory: 1 }),
      "Invalid 'memory' setting for container 'app'. The least is 6 MiB, which Docker itself needs.",
    ],
    [
      'more memory than the task',
      ofApp({ memory: 1024 }),
      "The 'memory' setting for container 'app' is greater than for the task.",
    ],
    [
      'a variable without a name',
      ofApp({ environment: [{ name: '', value: 'x' }] }),
      "An environment variable of container 'app' has no name.",
    ],
  ])('are refused: %s', (_, given, message) => {
    const refuse = () => prepare(given);
    expect(refuse).toThrow(EcsError);
    expect(refuse).toThrow(message);
  });

  it('are refused with all problems at once', () => {
    const given = ofApp({ cpu: -1, resourceRequirements: [{ value: 'ALL', type: 'GPU' }] });
    expect(() => prepare(given)).toThrow(/^The task override has 2 problems:/);
  });
});

describe('an overridden definition', () => {
  it('is what its tasks run', () => {
    const overrides = {
      cpu: '256',
      ...ofApp({
        command: [],
        environment: [{ name: 'A', value: 'x' }],
        memoryReservation: 32,
        resourceRequirements: [{ type: 'GPU', value: '1' }],
      }),
    };
    const result = overridden(definition, overrides);
    expect(result).toMatchObject({ family: 'web', cpu: '256', memory: '512' });
    expect(result.containerDefinitions?.[0]).toMatchObject({
      command: ['serve'],
      environment: [
        { name: 'B', value: '2' },
        { name: 'A', value: 'x' },
      ],
      cpu: 10,
      memory: 128,
      memoryReservation: 32,
      resourceRequirements: [{ type: 'GPU', value: '1' }],
    });
    expect(result.containerDefinitions?.[1]).toEqual(definition.containerDefinitions?.[1]);
  });
});
