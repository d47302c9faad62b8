import { describe, expect, it } from 'vitest';
import { checkLimits } from '../../../src/lib/engine/input-limits.js';
import { type OperationInput, type OperationName, Operations } from '../../../src/lib/api/operations.js';
import { loadSchema, resolveSchema } from '../../../src/lib/api/schema.js';

const names = (count: number) => Array.from({ length: count }, (_, i) => `name-${i}`);
const run = (changes: Partial<OperationInput<'RunTask'>>) => ({ taskDefinition: 'app', ...changes });

describe('limits of an operation’s input', () => {
  it.each<[OperationName, object, RegExp]>([
    ['DescribeTasks', { tasks: names(101) }, /^tasks has 101 items, and one call takes at most 100\.$/],
    ['DescribeClusters', { clusters: names(101) }, /clusters has 101 items/],
    ['DescribeContainerInstances', { containerInstances: names(101) }, /containerInstances has 101 items/],
    ['GetTaskProtection', { tasks: names(101) }, /at most 100\.$/],
    ['DescribeServiceDeployments', { serviceDeploymentArns: names(21) }, /at most 20\.$/],
    ['DescribeServiceRevisions', { serviceRevisionArns: names(21) }, /at most 20\.$/],
    ['DescribeCapacityProviders', { capacityProviders: names(101) }, /at most 100\.$/],
    ['WaitTasks', { tasks: names(10_001) }, /at most 10000\.$/],
    ['WaitServices', { services: names(101) }, /at most 100\.$/],
    ['WaitDrained', { containerInstances: names(1001) }, /at most 1000\.$/],
    ['UpdateContainerInstancesState', { status: 'DRAINING', containerInstances: names(11) }, /at most 10/],
    [
      'RegisterContainerInstance',
      { host: 'a', attributes: names(11).map((name) => ({ name })) },
      /at most 10/,
    ],
    ['RegisterContainerInstance', { host: 'a', attributes: [{ name: 'n'.repeat(129) }] }, /longer than 128/],
    ['RegisterContainerInstance', { host: 'a', name: 'n'.repeat(256) }, /^name longer than 255\.$/],
    ['RegisterContainerInstance', { host: 'a', identityFile: 'a\u001b[2K' }, /^identityFile has control/],
    ['RegisterContainerInstance', { host: 'a', name: 'a\u202eb' }, /^name has control characters\.$/],
    ['Recover', { host: 'a', proxyJump: 'b\r' }, /^proxyJump has control characters\.$/],
    ['CreateCluster', { tags: [{ key: 'k'.repeat(129), value: 'v' }] }, /key longer than 128/],
    ['DescribeServiceDeployments', { serviceDeploymentArns: names(21) }, /at most 20/],
    ['DescribeServiceRevisions', { serviceRevisionArns: names(21) }, /at most 20/],
    ['CreateCluster', { tags: [{ key: 'emoji', value: '🚢' }] }, /^The tag emoji has a value of other char/],
    ['TagResource', { resourceArn: 'cluster/a', tags: [{ key: 'a\nb' }] }, /has a key of other characters/],
    [
      'CreateService',
      { serviceName: 'a', desiredCount: -1 },
      /^desiredCount must be from 0 to 10000, not -1/,
    ],
    [
      'CreateService',
      { serviceName: 'a', healthCheckGracePeriodSeconds: -1 },
      /^healthCheckGracePeriodSeconds must be from 0 to 2147483647, not -1\.$/,
    ],
    ['UpdateService', { service: 'a', healthCheckGracePeriodSeconds: 2 ** 31 }, /not 2147483648/],
    ['RunTask', run({ count: 0 }), /^count must be from 1 to 10000, not 0\.$/],
    ['RunTask', run({ count: 10_001 }), /not 10001/],
    ['RunTask', run({ startedBy: 's'.repeat(129) }), /^startedBy longer than 128\.$/],
    ['RunTask', run({ clientToken: 't'.repeat(65) }), /^clientToken longer than 64\.$/],
    ['CreateService', { serviceName: 'a', clientToken: 't'.repeat(37) }, /^clientToken longer than 36\.$/],
    [
      'RunTask',
      run({ placementStrategy: names(6).map((field) => ({ type: 'spread', field })) }),
      /at most 5/,
    ],
    [
      'RunTask',
      run({ placementConstraints: [{ type: 'memberOf', expression: 'e'.repeat(2001) }] }),
      /expression longer than 2000/,
    ],
    [
      'RunTask',
      run({ overrides: { containerOverrides: [{ name: 'a', command: ['x'.repeat(8192)] }] } }),
      /^overrides longer than 8192\.$/,
    ],
    ['RunTask', run({ tags: [{ key: 'aws:x', value: 'v' }] }), /kept for AWS/],
  ])('%s is refused beyond them', (operation, input, says) => {
    expect(() => checkLimits(operation, input as never)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException', message: expect.stringMatching(says) }),
    );
  });

  it('holds each of its lists', () => {
    const unheld = (Object.keys(Operations) as OperationName[]).flatMap((operation) => {
      // What a definition may hold is bounded by its size.
      if (operation === 'RegisterTaskDefinition') return [];
      const schema = loadSchema(operation);
      const lists = Object.entries(schema.properties ?? {}).filter(
        ([, member]) => resolveSchema(member, schema).type === 'array',
      );
      return lists.flatMap(([member]) => {
        try {
          checkLimits(operation, { [member]: names(10_001).map((key) => ({ key, name: key })) } as never);
        } catch {
          return [];
        }
        return [`${operation}.${member}`];
      });
    });
    expect(unheld).toEqual([]);
  });

  it('what is within them is taken', () => {
    checkLimits('RunTask', run({ count: 10_000, startedBy: 's'.repeat(128), group: 'g'.repeat(255) }));
    checkLimits('DescribeTasks', { tasks: names(100) });
    checkLimits('WaitTasks', { tasks: names(10_000) });
    checkLimits('CreateService', { serviceName: 'a', clientToken: 't'.repeat(36) });
    checkLimits('DescribeServiceRevisions', { serviceRevisionArns: names(20) });
    checkLimits('UpdateService', { service: 'a', desiredCount: 0, healthCheckGracePeriodSeconds: 0 });
    checkLimits('TagResource', {
      resourceArn: 'cluster/a',
      tags: [{ key: 'Größe 1:a/b+c=@-_.', value: '' }],
    });
    checkLimits('ListTasks', {});
    checkLimits('RegisterContainerInstance', {
      attributes: [
        { name: 'longshore.host', value: 'ssh://deploy@[fe80::1%eth0]:22' },
        { name: 'rack/row', value: 'a: 7@b' },
        { name: 'canary' },
      ],
    });
  });
});
