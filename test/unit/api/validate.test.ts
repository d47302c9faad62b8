import { describe, expect, it } from 'vitest';
import { EcsError } from '../../../src/lib/api/errors.js';
import { nearestName } from '../../../src/lib/api/nearest.js';
import { withoutNulls } from '../../../src/lib/api/nulls.js';
import type { OperationName } from '../../../src/lib/api/operations.js';
import { validateInput } from '../../../src/lib/api/validate.js';

const refusal = async (operation: OperationName, input: unknown) => {
  const error: unknown = await validateInput(operation, input).catch((thrown: unknown) => thrown);
  if (!(error instanceof EcsError)) throw new Error('was accepted');
  return error;
};
const problem = async (input: unknown, operation: OperationName = 'RunTask') =>
  (await refusal(operation, input)).message;
const register = (container: object) => ({ family: 'web', containerDefinitions: [container] });

it('takes what fits and gives it back', async () => {
  const input = { taskDefinition: 'web', count: 3, tags: [{ key: 'a', value: 'b' }], dryRun: true };
  expect(await validateInput('RunTask', input)).toBe(input);
  expect(await validateInput('ListClusters', {})).toEqual({});
});

it('takes null for absent', async () => {
  expect(await validateInput('RunTask', { taskDefinition: 'web', count: null })).toEqual({
    taskDefinition: 'web',
  });
  expect(await problem({ taskDefinition: null })).toBe('taskDefinition is required');
});

describe('one problem', () => {
  it.each([
    [{}, 'taskDefinition is required'],
    [
      { taskDefinitions: 'x', taskDefinition: 'x' },
      'taskDefinitions is not known; did you mean taskDefinition?',
    ],
    [{ taskDefinition: 'x', Count: 1 }, 'Count is not known; did you mean count?'],
    [
      { taskDefinition: 'x', count: '2' },
      'count must be a whole number, not the string "2"; write it without quotes',
    ],
    [{ taskDefinition: 'x', count: 1.5 }, 'count must be a whole number, not the number 1.5'],
    [
      { taskDefinition: 'x', dryRun: 'true' },
      'dryRun must be true or false, not the string "true"; write it without quotes',
    ],
    [{ taskDefinition: 7 }, 'taskDefinition must be a string, not the number 7; put it in quotes'],
    [
      { taskDefinition: 'x', tags: { a: 'b' } },
      'tags must be a list, not an object; write [{"key": "…", "value": "…"}]',
    ],
    [
      { taskDefinition: 'x', launchType: 'EC3' },
      'launchType must be one of EC2, EXTERNAL, FARGATE, MANAGED_INSTANCES, not "EC3"; did you mean EC2?',
    ],
    [
      { taskDefinition: 'x', placementStrategy: [{ type: 'spread', feild: 'host' }] },
      'placementStrategy[0].feild is not known; did you mean field?',
    ],
    [[], 'the input must be an object, not a list'],
    ['x', 'the input must be an object, not a string of 1 characters'],
  ])('%j', async (input, message) => {
    expect(await problem(input)).toBe(message);
  });

  it('lists what is allowed where no name is near', async () => {
    const message = await problem({ taskDefinition: 'x', placementConstraints: [{ zzz: 1 }] });
    expect(message).toBe('placementConstraints[0].zzz is not known; allowed are type, expression');
    const container = { name: 'a', image: 'b', memory: 64, zzz: 1 };
    expect(await problem(register(container), 'RegisterTaskDefinition')).toBe(
      'containerDefinitions[0].zzz is not known; --generate-cli-skeleton shows what is',
    );
  });

  it('knows what Docker and Compose call what is meant', async () => {
    const container = { name: 'a', image: 'b', cmd: ['x'], ENV: [], working_dir: '/' };
    const said = await problem(register(container), 'RegisterTaskDefinition');
    expect(said.match(/(?<=did you mean )\w+/g)).toEqual(['command', 'environment', 'workingDirectory']);
  });

  it('takes the beginning of a value for a slip', async () => {
    const input = { containerInstances: ['a'], status: 'drain' };
    expect(await problem(input, 'UpdateContainerInstancesState')).toMatch(
      /not "drain"; did you mean DRAINING\?$/,
    );
  });
});

it('tells all problems at once, and counts those beyond twenty', async () => {
  const message = await problem({ count: 'x', cluster: 1, launchType: 'x' });
  expect(message).toMatch(/^The input of RunTask has 4 problems:\n- /);
  expect(message.split('\n')).toHaveLength(5);

  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`unknown${i}`, 1]));
  const lines = (await problem({ taskDefinition: 'x', ...many })).split('\n');
  expect(lines).toHaveLength(22);
  expect(lines.at(-1)).toBe('- and 10 more');
});

it("answers with ECS's codes", async () => {
  expect((await refusal('RunTask', {})).code).toBe('InvalidParameterException');
  expect((await refusal('RegisterTaskDefinition', {})).code).toBe('ClientException');
});

it('never repeats what may be a secret', async () => {
  const secret = 'hunter2';
  const inputs = [
    register({ environment: [{ name: 'A', value: 42 }], memory: 5 }),
    register({ environment: { PASSWORD: secret } }),
    register({ environment: [secret] }),
    register({ environment: secret }),
    register({ command: secret, entryPoint: { a: secret } }),
    register({ secrets: [{ name: 'A', valueFrom: 12345 }] }),
    register({ logConfiguration: { logDriver: 'json-file', options: { token: 12345 } } }),
    register({ portMappings: secret }),
    register({ image: [secret] }),
  ];
  for (const input of inputs) {
    const message = await problem(input, 'RegisterTaskDefinition');
    expect(message).not.toMatch(/hunter2|12345|\b42\b/);
  }
});

it('shortens names and values, and sends no control characters to a terminal', async () => {
  const message = await problem({ taskDefinition: 'x', ['a'.repeat(10_000)]: 1, launchType: '\u001b[31m' });
  expect(message).toContain('(10000 characters)');
  expect(message.length).toBeLessThan(2_000);
  expect(message).not.toContain('\u001b');
});

it('takes names such as __proto__ and constructor as unknown ones', async () => {
  const input: unknown = JSON.parse('{"taskDefinition": "x", "__proto__": {}, "constructor": 1}');
  expect(await problem(input)).toMatch(/__proto__ is not known/);
});

it('answers quickly, and with a refusal, whatever it is given', async () => {
  let deep: unknown = 'x';
  for (let i = 0; i < 100_000; i++) deep = { a: deep };
  await expect(validateInput('RunTask', deep)).rejects.toThrow('The input is nested too deeply.');

  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`name${i}`, 1]));
  const started = performance.now();
  await expect(validateInput('RunTask', wide)).rejects.toThrow('20001 problems');
  expect(performance.now() - started).toBeLessThan(2_000);
});

describe('withoutNulls', () => {
  it('leaves out members at any depth, and keeps dates and lists', () => {
    const at = new Date(0);
    expect(withoutNulls({ a: null, b: [{ c: null, d: at }], e: [null, 1] })).toEqual({
      b: [{ d: at }],
      e: [null, 1],
    });
  });

  it('gives the same value where there is no null', () => {
    const value = { a: [{ b: 1 }] };
    expect(withoutNulls(value)).toBe(value);
  });
});

describe('nearestName', () => {
  it.each([
    ['memry', 'memory'],
    ['Memory', 'memory'],
    ['meomry', 'memory'],
    ['cpus', 'cpu'],
    ['xyz', undefined],
    ['a'.repeat(10_000), undefined],
  ])('%s', (name, expected) => {
    expect(nearestName(name, ['memory', 'cpu', 'image', 'memoryReservation'])).toBe(expected);
  });
});

it('tells along what else a registration would refuse, where the types are right', async () => {
  const given = { cpuu: 3, networkInterfaces: [], memory: 2, firelensConfiguration: { type: 'fluentd' } };
  const said = await problem(
    { ...register({ name: 'a', image: 'b', ...given }), networkMode: 'brigde' },
    'RegisterTaskDefinition',
  );
  expect(said.split('\n- ').map((line) => line.split(/ is | must |\. /)[0])).toEqual([
    'The input of RegisterTaskDefinition has 5 problems:',
    'networkMode',
    'containerDefinitions[0].cpuu',
    'containerDefinitions[0].networkInterfaces',
    "Invalid 'memory' setting for container 'a'",
    'firelensConfiguration',
  ]);
  const mistyped = register({ name: 'a', image: 'b', memory: 'much', cpuu: 3, links: ['nobody'] });
  expect(await problem(mistyped, 'RegisterTaskDefinition')).toContain('has 2 problems:');
});

it('says where the address of a task comes from, to who gives containers network interfaces', async () => {
  const misplaced = register({ name: 'a', image: 'b', memory: 64, networkInterfaces: [{}] });
  expect(await problem(misplaced, 'RegisterTaskDefinition')).toBe(
    "containerDefinitions[0].networkInterfaces is not known here; it stands in answers only: leave it out, since the cluster's network gives a task of networkMode awsvpc its address",
  );
});

it('knows what people write for lists', async () => {
  const input = (members: object) => ({ family: 'web', containerDefinitions: [{ name: 'app', ...members }] });
  const registered = (given: object) => validateInput('RegisterTaskDefinition', given);
  await expect(registered({ family: 'web', containerDefinitions: '[{"name":"app"}]' })).rejects.toThrow(
    'it is JSON inside a string; write it without the quotes around it',
  );
  await expect(registered(input({ portMappings: ['80:80'] }))).rejects.toThrow(
    'containerDefinitions[0].portMappings[0] must be an object, not a string of 5 characters; write {"containerPort": 80, "hostPort": 8080}',
  );
});
