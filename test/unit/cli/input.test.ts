import { parseShorthand } from '../../../src/lib/cli/shorthand.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationName } from '../../../src/lib/api/operations.js';
import { inputOf } from './kit.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-input-'));
  writeFileSync(
    join(folder, 'overrides.json'),
    '{"containerOverrides": [{"name": "a", /* why */ "cpu": 10}]}',
  );
  writeFileSync(join(folder, 'run.yaml'), 'taskDefinition: web\ncount: 2\n');
  writeFileSync(join(folder, 'reason.txt'), 'wrong image');
  writeFileSync(join(folder, 'large.json'), 'x'.repeat(2 * 1024 * 1024));
});
afterAll(() => rmSync(folder, { recursive: true }));

const task = ['--task-definition', 'a'];

// What the AWS CLI (1.45.11) sends for the same words, recorded by an endpoint on loopback.
const lines: [OperationName, string[], Record<string, unknown>][] = [
  [
    'CreateCluster',
    ['--tags', 'key=a,value=b', 'key=c,value=d e'],
    {
      tags: [
        { key: 'a', value: 'b' },
        { key: 'c', value: 'd e' },
      ],
    },
  ],
  ['CreateCluster', ['--tags', '[{"key":"a","value":"b"}]'], { tags: [{ key: 'a', value: 'b' }] }],
  [
    'CreateCluster',
    [
      '--configuration',
      'executeCommandConfiguration={logging=NONE,logConfiguration={s3EncryptionEnabled=true,s3BucketName=b}}',
    ],
    {
      configuration: {
        executeCommandConfiguration: {
          logging: 'NONE',
          logConfiguration: { s3EncryptionEnabled: true, s3BucketName: 'b' },
        },
      },
    },
  ],
  ['CreateCluster', ['--capacity-providers', 'a', 'b'], { capacityProviders: ['a', 'b'] }],
  ['DescribeClusters', ['--clusters', '["a","b"]'], { clusters: ['a', 'b'] }],
  ['DescribeClusters', ['--clusters'], { clusters: [] }],
  ['DeleteCluster', ['--cluster', 'a', '--cluster', 'b'], { cluster: 'b' }],
  [
    'RunTask',
    [...task, '--count', '3', '--enable-ecs-managed-tags'],
    { taskDefinition: 'a', count: 3, enableECSManagedTags: true },
  ],
  [
    'RunTask',
    [...task, '--no-enable-ecs-managed-tags'],
    { taskDefinition: 'a', enableECSManagedTags: false },
  ],
  ['RunTask', ['--task-def', 'a:1'], { taskDefinition: 'a:1' }],
  [
    'RunTask',
    [
      ...task,
      '--placement-strategy',
      'type=spread,field=attribute:ecs.availability-zone',
      'type=binpack,field=memory',
    ],
    {
      taskDefinition: 'a',
      placementStrategy: [
        { type: 'spread', field: 'attribute:ecs.availability-zone' },
        { type: 'binpack', field: 'memory' },
      ],
    },
  ],
  [
    'RunTask',
    [...task, '--placement-strategy', '{"type":"random"}', '{"type":"binpack","field":"cpu"}'],
    { taskDefinition: 'a', placementStrategy: [{ type: 'random' }, { type: 'binpack', field: 'cpu' }] },
  ],
  [
    'RunTask',
    [...task, '--placement-constraints', 'type=memberOf,expression=attribute:x == y'],
    { taskDefinition: 'a', placementConstraints: [{ type: 'memberOf', expression: 'attribute:x == y' }] },
  ],
  [
    'RunTask',
    [...task, '--placement-constraints', 'type=memberOf,expression="attribute:x =~ t2.*"'],
    { taskDefinition: 'a', placementConstraints: [{ type: 'memberOf', expression: 'attribute:x =~ t2.*' }] },
  ],
  [
    'RunTask',
    [
      ...task,
      '--overrides',
      'containerOverrides=[{name=a,command=[x,y],cpu=10},{name=b,environment=[{name=A,value=1}]}]',
    ],
    {
      taskDefinition: 'a',
      overrides: {
        containerOverrides: [
          { name: 'a', command: ['x', 'y'], cpu: 10 },
          { name: 'b', environment: [{ name: 'A', value: '1' }] },
        ],
      },
    },
  ],
  [
    'RunTask',
    [
      ...task,
      '--network-configuration',
      'awsvpcConfiguration={subnets=[s-1,s-2],securityGroups=sg-1,assignPublicIp=ENABLED}',
    ],
    {
      taskDefinition: 'a',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['s-1', 's-2'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' },
      },
    },
  ],
  [
    'RunTask',
    [...task, '--tags', 'key=a,value=', 'key=b'],
    { taskDefinition: 'a', tags: [{ key: 'a', value: '' }, { key: 'b' }] },
  ],
  [
    'RunTask',
    [...task, '--tags', 'key=a,value=x=y'],
    { taskDefinition: 'a', tags: [{ key: 'a', value: 'x=y' }] },
  ],
  [
    'RunTask',
    [...task, '--tags', "key=a,value='b,c'"],
    { taskDefinition: 'a', tags: [{ key: 'a', value: 'b,c' }] },
  ],
  [
    'RunTask',
    [...task, '--tags', 'key=a,value=b\\,c'],
    { taskDefinition: 'a', tags: [{ key: 'a', value: 'b,c' }] },
  ],
  [
    'RunTask',
    [...task, '--tags', 'key = a , value = b'],
    { taskDefinition: 'a', tags: [{ key: 'a', value: 'b' }] },
  ],
  [
    'RunTask',
    ['--cli-input-json', '{"taskDefinition":"z","count":2}', '--count', '5'],
    { taskDefinition: 'z', count: 5 },
  ],
  ['RunTask', [...task, '--count', '-1'], { taskDefinition: 'a', count: -1 }],
  ['RunTask', [...task, '--started-by', ''], { taskDefinition: 'a', startedBy: '' }],
  ['StopTask', ['--task=abc', '--reason=--x'], { task: 'abc', reason: '--x' }],
  [
    'RegisterTaskDefinition',
    [
      '--family',
      'f',
      '--container-definitions',
      'name=a,image=b:1,memory=10,essential=False,portMappings=[{containerPort=80,hostPort=0}],command=a,b,c',
    ],
    {
      family: 'f',
      containerDefinitions: [
        {
          name: 'a',
          image: 'b:1',
          memory: 10,
          essential: false,
          portMappings: [{ containerPort: 80, hostPort: 0 }],
          command: ['a', 'b', 'c'],
        },
      ],
    },
  ],
  [
    'RegisterTaskDefinition',
    [
      '--family',
      'f',
      '--container-definitions',
      'name=a,image=b,logConfiguration={logDriver=awslogs,options={awslogs-group=/x/y,awslogs-region=r}}',
    ],
    {
      family: 'f',
      containerDefinitions: [
        {
          name: 'a',
          image: 'b',
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': '/x/y', 'awslogs-region': 'r' },
          },
        },
      ],
    },
  ],
  [
    'DeregisterContainerInstance',
    ['--container-instance', 'a', '--no-force'],
    { containerInstance: 'a', force: false },
  ],
  [
    'RegisterContainerInstance',
    [
      '--total-resources',
      'name=CPU,type=INTEGER,integerValue=10',
      'name=PORTS,type=STRINGSET,stringSetValue=22,80',
    ],
    {
      totalResources: [
        { name: 'CPU', type: 'INTEGER', integerValue: 10 },
        { name: 'PORTS', type: 'STRINGSET', stringSetValue: ['22', '80'] },
      ],
    },
  ],
];

describe('input of an operation', () => {
  it.each(lines)('%s %j', async (operation, argv, expected) => {
    expect(await inputOf(operation, ...argv)).toEqual(expected);
  });

  it('is read from files: JSON with comments, YAML, text', async () => {
    const file = (name: string) => `file://${join(folder, name)}`;
    expect(await inputOf('RunTask', ...task, '--overrides', file('overrides.json'))).toEqual({
      taskDefinition: 'a',
      overrides: { containerOverrides: [{ name: 'a', cpu: 10 }] },
    });
    expect(await inputOf('RunTask', '--cli-input-yaml', file('run.yaml'))).toEqual({
      taskDefinition: 'web',
      count: 2,
    });
    expect(await inputOf('StopTask', '--task', 'a', '--reason', file('reason.txt'))).toEqual({
      task: 'a',
      reason: 'wrong image',
    });
  });

  it.each<[OperationName, string[], RegExp]>([
    ['RunTask', ['--count', '1'], /^--task-definition must be given$/],
    ['RunTask', [...task, '--count', 'many'], /^--count: takes a whole number, not "many"$/],
    ['RunTask', [...task, '--tags', 'foo'], /^--tags: expected = at character 4$/],
    ['RunTask', [...task, '--tags', 'nokey=1'], /^--tags: "nokey" is not known$/],
    ['RunTask', [...task, '--tags', 'key=a,value=b,c'], /^--tags: value takes one value$/],
    [
      'RunTask',
      [...task, '--tags', 'key=a,key=b'],
      /^--tags: a key that stands there twice at character 11$/,
    ],
    ['RunTask', [...task, '--overrides', 'containerOverrides=[{name=a}'], /expected \]|expected , or \]/],
    ['RunTask', [...task, '--overrides', '{"cpu": 1,,}'], /^--overrides, line 1, column 11: /],
    ['RunTask', ['--cli-input-json', '[]'], /a \{ \} with the input's members is expected/],
    ['RunTask', ['--cli-input-json', '{}', '--cli-input-yaml', '{}'], /are both given/],
    ['RunTask', ['--cli-input-json', 'file:///nowhere/x.json'], /there is no such file/],
  ])('%s %j is refused', async (operation, argv, message) => {
    await expect(inputOf(operation, ...argv)).rejects.toThrow(message);
  });

  it('is not read from a file that is too large', async () => {
    const argv = ['--cli-input-json', `file://${join(folder, 'large.json')}`];
    await expect(inputOf('RunTask', ...argv)).rejects.toThrow(
      /^[^ ]*large\.json: is 2048 KiB; at most 1024 KiB are read$/,
    );
  });
});

it('refuses names in a shorthand that would be lost, or are every object’s', async () => {
  expect(() => parseShorthand('a=1,__proto__={b=2}')).toThrow('a key that nothing has at character 5');
  expect(() => parseShorthand('a={__proto__=b}')).toThrow('a key that nothing has');
  const given = inputOf('RunTask', ...task, '--overrides', 'constructor=x');
  await expect(given).rejects.toThrow('"constructor" is not known');
});

it('never repeats what stands in a shorthand: it may be a secret', () => {
  for (const text of ['password=hunter2,"hunter2', 'a={hunter2', 'a=[hunter2', 'hunter2', 'a="hunter2'])
    expect(() => parseShorthand(text)).toThrow(/^[^\n]*at character \d+$/);
  for (const text of ['hunter2', 'a="hunter2', 'hunter2=1,hunter2=2'])
    expect(() => parseShorthand(text)).not.toThrow(/hunter2/);
});
