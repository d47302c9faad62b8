import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as arn from '../../../src/lib/api/arn.js';

const identity = { region: 'local', account: '000000000000' };
const id = '0123456789abcdef0123456789abcdef';

it('prints each kind as ECS does', () => {
  const prefix = 'arn:aws:ecs:local:000000000000:';
  expect([
    arn.clusterArn(identity, 'c'),
    arn.containerInstanceArn(identity, 'c', id),
    arn.taskArn(identity, 'c', id),
    arn.taskDefinitionArn(identity, 'web', 3),
    arn.containerArn(identity, 'c', id, 'uuid'),
    arn.serviceArn(identity, 'c', 's'),
    arn.serviceDeploymentArn(identity, 'c', 's', 'd'),
    arn.serviceRevisionArn(identity, 'c', 's', '1'),
    arn.taskSetArn(identity, 'c', 's', 'ecs-svc/1'),
    arn.capacityProviderArn(identity, 'p'),
  ]).toEqual([
    `${prefix}cluster/c`,
    `${prefix}container-instance/c/${id}`,
    `${prefix}task/c/${id}`,
    `${prefix}task-definition/web:3`,
    `${prefix}container/c/${id}/uuid`,
    `${prefix}service/c/s`,
    `${prefix}service-deployment/c/s/d`,
    `${prefix}service-revision/c/s/1`,
    `${prefix}task-set/c/s/ecs-svc/1`,
    `${prefix}capacity-provider/p`,
  ]);
});

it('takes apart what it prints', () => {
  expect(arn.parseArn(arn.taskArn(identity, 'c', id))).toEqual({
    ...identity,
    kind: 'task',
    path: ['c', id],
  });
  expect(arn.parseArn('arn:aws-cn:ecs:cn-north-1:1:cluster/c')?.path).toEqual(['c']);
  expect(arn.parseArn('arn:aws:iam::1:role/x')).toBeUndefined();
  fc.assert(fc.property(fc.string(), (text) => void arn.parseArn(`arn:aws:ecs:${text}`)));
});

describe('clusterName', () => {
  it.each([
    [undefined, 'default'],
    ['web', 'web'],
    ['arn:aws:ecs:eu-west-1:123456789012:cluster/web', 'web'],
  ])('%s', (input, name) => {
    expect(arn.clusterName(input)).toBe(name);
  });

  it.each([
    ['', 'Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was '],
    ['a b', 'but was a b'],
    ['a'.repeat(10_000), '(10000 characters)'],
    ['arn:aws:ecs:local:0:task/c/x', 'is the ARN of a task; a cluster was expected.'],
    ['arn:aws:iam::1:role/x', 'is not an ARN of ECS'],
  ])('refuses %.40s', (input, message) => {
    expect(() => arn.clusterName(input)).toThrow(message);
  });
});

describe('ids', () => {
  it('come short, as ARN of today and as ARN without cluster', () => {
    expect(arn.taskId(id)).toBe(id);
    expect(arn.taskId('0123ABC')).toBe('0123abc');
    expect(arn.taskId(arn.taskArn(identity, 'c', id), 'c')).toBe(id);
    expect(arn.taskId(`arn:aws:ecs:local:0:task/${id}`, 'c')).toBe(id);
    expect(arn.instanceId('web3')).toBe('web3');
    expect(arn.instanceId(arn.containerInstanceArn(identity, 'c', id))).toBe(id);
    expect(arn.serviceName(arn.serviceArn(identity, 'c', 's'))).toBe('s');
    expect(arn.clusterOfArn(arn.taskArn(identity, 'c', id))).toBe('c');
    expect(arn.clusterOfArn(id)).toBeUndefined();
  });

  it('of another cluster or kind are refused', () => {
    const text = 'Invalid identifier: Identifier is for cluster c. Your cluster is d';
    expect(() => arn.taskId(arn.taskArn(identity, 'c', id), 'd')).toThrow(text);
    expect(() => arn.taskId(arn.clusterArn(identity, 'c'))).toThrow('is the ARN of a cluster');
    expect(() => arn.taskId('no such id')).toThrow('Task Identifier is invalid');
  });
});

describe('familyRevision', () => {
  it.each([
    ['web', { family: 'web' }],
    ['web:3', { family: 'web', revision: 3 }],
    ['arn:aws:ecs:local:0:task-definition/web:12', { family: 'web', revision: 12 }],
  ])('%s', (input, expected) => {
    expect(arn.familyRevision(input)).toEqual(expected);
  });

  it.each([
    ['web:', 'Revision is missing.'],
    ['web:foo', 'Invalid revision number. Number: foo'],
    ['web:0', 'Invalid revision number. Number: 0'],
    ['web:1:2', 'Invalid revision number. Number: 1:2'],
    ['a b', 'Family contains invalid characters.'],
    ['', 'Family contains invalid characters.'],
  ])('refuses %s', (input, message) => {
    expect(() => arn.familyRevision(input)).toThrow(message);
  });

  it('wants the revision where ECS does', () => {
    expect(arn.exactRevision('web:3')).toEqual({ family: 'web', revision: 3 });
    expect(() => arn.exactRevision('web')).toThrow('Revision is missing.');
  });
});
