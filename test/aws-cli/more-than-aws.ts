import type { OperationName } from '../../src/lib/api/operations.js';

/** Lines that the AWS CLI refuses although it is clear what they mean, and what we make of them. */
export const moreThanAws: readonly { operation: OperationName; argv: readonly string[]; input: unknown }[] = [
  {
    operation: 'CreateCluster',
    argv: ['--tags', ' key = a , value = b '],
    input: { tags: [{ key: 'a', value: 'b' }] },
  },
  { operation: 'CreateCluster', argv: ['--tags', 'key=a,'], input: { tags: [{ key: 'a' }] } },
  {
    operation: 'CreateCluster',
    argv: ['--tags', 'key=a"b,value=c\'d'],
    input: { tags: [{ key: 'a"b', value: "c'd" }] },
  },
  {
    operation: 'CreateCluster',
    argv: ['--tags', 'key=a,value=😀'],
    input: { tags: [{ key: 'a', value: '😀' }] },
  },
  {
    operation: 'CreateCluster',
    argv: ['--tags', 'key=a,value=b!#$%&()*+-./:;<>?@[]^_`{|}~'],
    input: { tags: [{ key: 'a', value: 'b!#$%&()*+-./:;<>?@[]^_`{|}~' }] },
  },
  {
    operation: 'CreateCluster',
    argv: ['--tags', '{"key":"a"}', 'key=b'],
    input: { tags: [{ key: 'a' }, { key: 'b' }] },
  },
  {
    operation: 'CreateCluster',
    argv: ['--tags', 'key=b', '{"key":"a"}'],
    input: { tags: [{ key: 'b' }, { key: 'a' }] },
  },
  { operation: 'CreateCluster', argv: ['--tags', '[{"key":"a"},]'], input: { tags: [{ key: 'a' }] } },
  {
    operation: 'CreateCluster',
    argv: ['--configuration', 'executeCommandConfiguration={logging=NONE},'],
    input: { configuration: { executeCommandConfiguration: { logging: 'NONE' } } },
  },
  {
    operation: 'CreateCluster',
    argv: ['--configuration', '{"executeCommandConfiguration":null}'],
    input: { configuration: { executeCommandConfiguration: null } },
  },
  {
    operation: 'RunTask',
    argv: [
      '--task-definition',
      'a',
      '--placement-constraints',
      'expression=attribute:x in [a],type=memberOf',
    ],
    input: {
      taskDefinition: 'a',
      placementConstraints: [{ expression: 'attribute:x in [a]', type: 'memberOf' }],
    },
  },
  {
    operation: 'RunTask',
    argv: [
      '--task-definition',
      'a',
      '--overrides',
      'containerOverrides=[{name=a,environment=[{name=A,value=}]}]',
    ],
    input: {
      taskDefinition: 'a',
      overrides: { containerOverrides: [{ name: 'a', environment: [{ name: 'A', value: '' }] }] },
    },
  },
  {
    operation: 'RunTask',
    argv: [
      '--task-definition',
      'a',
      '--overrides',
      'containerOverrides=[{name=a,environment=[{name=A,value=a]b}]}]',
    ],
    input: {
      taskDefinition: 'a',
      overrides: { containerOverrides: [{ name: 'a', environment: [{ name: 'A', value: 'a]b' }] }] },
    },
  },
  {
    operation: 'RunTask',
    argv: ['--task-definition', 'a', '--overrides', 'containerOverrides={name=a,cpu=1}'],
    input: { taskDefinition: 'a', overrides: { containerOverrides: [{ name: 'a', cpu: 1 }] } },
  },
  {
    operation: 'RunTask',
    argv: ['--task-definition', 'a', '--overrides', 'cpu=256 , memory=512 ,'],
    input: { taskDefinition: 'a', overrides: { cpu: '256', memory: '512' } },
  },
];
