import { describe, expect, it } from 'vitest';
import { type OperationName, operationNames } from '../../../src/lib/api/operations.js';
import { validateInput } from '../../../src/lib/api/validate.js';
import { readInput } from '../../../src/lib/server/read-input.js';

const container = { name: 'a', image: 'b', memory: 64 };

describe('what an operation does not know', () => {
  it('is left out at any depth, and told of by its path', async () => {
    const sent = {
      family: 'web',
      newer: { deep: { er: 1 } },
      containerDefinitions: [
        { ...container, newer: [1], portMappings: [{ containerPort: 80, newer: null }] },
        { ...container, name: 'c', newer: 'x' },
      ],
    };
    const { input, ignored } = readInput('RegisterTaskDefinition', sent);
    expect(input).toEqual({
      family: 'web',
      containerDefinitions: [
        { ...container, portMappings: [{ containerPort: 80 }] },
        { ...container, name: 'c' },
      ],
    });
    expect(ignored).toEqual([
      'newer',
      'containerDefinitions[].newer',
      'containerDefinitions[].portMappings[].newer',
    ]);
    await validateInput('RegisterTaskDefinition', input);
  });

  it.each(operationNames)('never makes %s refuse', async (operation) => {
    const { input } = readInput(operation, { newer: 1, __newer: {} });
    const told = await validateInput(operation, input).catch(String);
    expect(JSON.stringify(told)).not.toContain('newer');
  });

  it('may be called as what every object has', () => {
    const sent: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":2,"cluster":"x"}');
    const { input, ignored } = readInput('ListTasks', sent);
    expect(Object.keys(input as object)).toEqual(['cluster']);
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(ignored).toEqual(['__proto__', 'constructor', 'toString']);
  });

  it('is told of by a few short names without control characters', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `\u001b${i}${'x'.repeat(10_000)}`);
    const { input, ignored } = readInput('ListTasks', Object.fromEntries(names.map((name) => [name, 1])));
    expect(input).toEqual({});
    expect(ignored).toHaveLength(10);
    expect(ignored.join('')).not.toContain('\u001b');
    expect(ignored.join('').length).toBeLessThan(500);
  });

  it('may be as deep as it wants', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = { a: deep };
    expect(readInput('ListTasks', { newer: deep, cluster: 'x' }).input).toEqual({ cluster: 'x' });
  });
});

it('maps whose keys are the caller’s keep them all, and members of ours are known', () => {
  const options = { anything: '1', name: '2' };
  const sent = {
    family: 'web',
    dryRun: true,
    containerDefinitions: [
      {
        ...container,
        dockerLabels: { 'any.label': 'x' },
        environment: [{ name: 'ANY', value: 'x' }],
        logConfiguration: { logDriver: 'json-file', options },
      },
    ],
    volumes: [{ name: 'v', dockerVolumeConfiguration: { driverOpts: options, labels: options } }],
  };
  expect(readInput('RegisterTaskDefinition', sent)).toEqual({ input: sent, ignored: [] });
  const state = { state: { records: [{ any: { thing: [1] } }] } };
  expect(readInput('ImportState', state)).toEqual({ input: state, ignored: [] });
});

describe('a value of another type', () => {
  const container = (more: object) => ({ containerDefinitions: [more] });
  const structure = 'Start of structure or map found where not expected';
  const frontend = 'Unrecognized collection type class com.amazonaws.madison.frontend';

  it.each<[OperationName, unknown, string, string]>([
    ['RunTask', { count: '2' }, 'STRING_VALUE cannot be converted to Integer', 'count'],
    ['RunTask', { count: true }, 'TRUE_VALUE cannot be converted to Integer', 'count'],
    ['RunTask', { count: [] }, 'Unrecognized collection type class java.lang.Integer', 'count'],
    ['RunTask', { count: {} }, structure, 'count'],
    ['RunTask', { cluster: 7 }, 'NUMBER_VALUE cannot be converted to String', 'cluster'],
    ['RunTask', { cluster: 7.5 }, 'DECIMAL_VALUE cannot be converted to String', 'cluster'],
    ['RunTask', { cluster: false }, 'FALSE_VALUE cannot be converted to String', 'cluster'],
    ['RunTask', { cluster: ['a'] }, 'Unrecognized collection type class java.lang.String', 'cluster'],
    ['RunTask', { dryRun: 1 }, 'NUMBER_VALUE cannot be converted to Boolean', 'dryRun'],
    ['RunTask', { dryRun: 'true' }, 'Unexpected token received from parser', 'dryRun'],
    ['RunTask', { tags: {} }, structure, 'tags'],
    ['RunTask', { tags: 'a=b' }, 'Unexpected field type', 'tags'],
    ['RunTask', { tags: ['a=b'] }, 'Unexpected value type in payload', 'tags[]'],
    ['RunTask', { tags: [[]] }, `${frontend}.Tag`, 'tags[]'],
    ['RunTask', { overrides: 7 }, 'Unexpected field type', 'overrides'],
    ['RunTask', { overrides: [] }, `${frontend}.TaskOverride`, 'overrides'],
    ['RunTask', [], `${frontend}.RunTaskRequest`, ''],
    ['RunTask', 'x', 'Unexpected value type in payload', ''],
    ['RunTask', null, 'Unexpected value type in payload', ''],
    [
      'RegisterTaskDefinition',
      container({ memory: '64' }),
      'STRING_VALUE cannot be converted to Integer',
      'containerDefinitions[].memory',
    ],
    [
      'RegisterTaskDefinition',
      container({ dockerLabels: { hush: 1 } }),
      'NUMBER_VALUE cannot be converted to String',
      'containerDefinitions[].dockerLabels{}',
    ],
    [
      'RegisterTaskDefinition',
      container({ dockerLabels: [] }),
      'Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>',
      'containerDefinitions[].dockerLabels',
    ],
    [
      'ListServiceDeployments',
      { createdAt: { before: true } },
      'TRUE_VALUE cannot be converted to milliseconds since epoch',
      'createdAt.before',
    ],
  ])('of %s is what AWS refuses: %j', (operation, sent, message, at) => {
    expect(() => readInput(operation, sent)).toThrow(
      expect.objectContaining({ code: 'SerializationException', status: 400, message, at }),
    );
  });

  it('is none where it is null or a number with a fraction', async () => {
    const { input } = readInput('RunTask', { taskDefinition: 'web', count: 2.9, cluster: null, tags: null });
    expect(await validateInput('RunTask', input)).toEqual({ taskDefinition: 'web', count: 2 });
  });
});
