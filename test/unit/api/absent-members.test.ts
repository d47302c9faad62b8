import { describe, expect, it } from 'vitest';
import { absenceIn } from '../../../src/lib/api/absent-members.js';
import { EcsError } from '../../../src/lib/api/errors.js';
import type { OperationName } from '../../../src/lib/api/operations.js';
import { validateInput } from '../../../src/lib/api/validate.js';
import { refusalOf } from '../../../src/lib/server/wire.js';

const refusal = async (operation: OperationName, input: object) => {
  const error: unknown = await validateInput(operation, input).catch((thrown: unknown) => thrown);
  if (!(error instanceof EcsError)) throw new Error('was accepted');
  return { people: error.message, wire: refusalOf(error) };
};

describe('a value that there is none of', () => {
  it.each<[OperationName, object, string]>([
    [
      'DescribeClusters',
      { include: ['FOO'] },
      'include should be one of [ATTACHMENTS,CONFIGURATIONS,SETTINGS,STATISTICS,TAGS]',
    ],
    [
      'ListTasks',
      { launchType: 'EC3' },
      'launch type should be one of [EC2,EXTERNAL,FARGATE,MANAGED_INSTANCES]',
    ],
    [
      'RegisterTaskDefinition',
      { family: 'a', containerDefinitions: [], placementConstraints: [{ type: 'distinctInstance' }] },
      "constraint.type 'distinctInstance' is not supported.",
    ],
  ])('of %s %j is named in AWS’s words to other clients', async (operation, input, message) => {
    const { people, wire } = await refusal(operation, input);
    expect(wire.message).toBe(message);
    expect(people).toMatch(/must be (one of )?[A-Za-z].*, not "/);
  });

  it('deeper in the input is named with its place', async () => {
    const volumes = [{ dockerVolumeConfiguration: { scope: 'all' } }];
    const input = { family: 'a', containerDefinitions: [], volumes };
    const { wire } = await refusal('RegisterTaskDefinition', input);
    expect(wire.message).toMatch(
      /^volumes\[0\]\.dockerVolumeConfiguration\.scope must be one of shared, task/,
    );
  });
});

describe('a member that is needed and not there', () => {
  it.each<[OperationName, object, string, string]>([
    ['RunTask', {}, 'InvalidParameterException', 'TaskDefinition can not be blank.'],
    ['RunTask', { taskDefinition: null }, 'InvalidParameterException', 'TaskDefinition can not be blank.'],
    ['DescribeTaskDefinition', {}, 'InvalidParameterException', 'Task Definition can not be blank.'],
    ['DescribeTasks', {}, 'InvalidParameterException', 'Tasks cannot be empty.'],
    ['DescribeServices', {}, 'InvalidParameterException', 'Services cannot be empty.'],
    ['DescribeContainerInstances', {}, 'InvalidParameterException', 'Container instance cannot be empty.'],
    ['RegisterTaskDefinition', {}, 'ClientException', 'Family can not be blank.'],
    ['RegisterTaskDefinition', { family: 'a' }, 'ClientException', 'Container list cannot be empty.'],
  ])('of %s %j is named in AWS’s words to other clients', async (operation, input, code, message) => {
    const { people, wire } = await refusal(operation, input);
    expect(wire).toMatchObject({ status: 400, code, message });
    expect(people).toMatch(/is required/);
  });

  it('is told of beside all else at a terminal', async () => {
    const { people, wire } = await refusal('RunTask', { launchType: 'EC3' });
    expect(people).toMatch(/has 2 problems:\n.*taskDefinition is required/s);
    expect(wire.message).toBe('TaskDefinition can not be blank.');
  });

  it('has our words where AWS’s are not known', async () => {
    expect(absenceIn('StopTask', {})).toBeUndefined();
    expect((await refusal('StopTask', {})).wire).toMatchObject({
      code: 'InvalidParameterException',
      message: 'task is required',
    });
  });
});
