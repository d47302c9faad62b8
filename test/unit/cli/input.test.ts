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

describe('input of an operation', () => {
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

  it('is asked for with file:// where that was left out', async () => {
    const path = join(folder, 'reason.txt');
    await expect(inputOf('RunTask', '--cli-input-json', path)).rejects.toMatchObject({
      remedy: `Did you mean --cli-input-json file://${path}?`,
    });
    for (const slip of ['td.json', '@td.json', 'file:td.json', 'FILE://td.json'])
      await expect(inputOf('RunTask', '--cli-input-json', slip)).rejects.toMatchObject({
        message: `--cli-input-json ${slip} is no document`,
        remedy: 'Did you mean --cli-input-json file://td.json?',
      });
    await expect(inputOf('RunTask', '--cli-input-json', 'file://file://td.json')).rejects.toMatchObject({
      message: "file://file://td.json can't be read: there is no such file",
      remedy: 'Did you mean file://td.json?',
    });
  });

  it('takes a file for any value of a shorthand', async () => {
    const file = `file://${join(folder, 'reason.txt')}`;
    expect(
      await inputOf('RunTask', ...task, '--tags', `key=a , value @= ${file}`, `key@=b,value=${file}`),
    ).toEqual({
      taskDefinition: 'a',
      tags: [
        { key: 'a', value: 'wrong image' },
        { key: 'b', value: file },
      ],
    });
    const overrides = `containerOverrides=[{name=a,command@=[sh,"${file}"],cpu=1}]`;
    expect(await inputOf('RunTask', ...task, '--overrides', overrides)).toEqual({
      taskDefinition: 'a',
      overrides: { containerOverrides: [{ name: 'a', command: ['sh', 'wrong image'], cpu: 1 }] },
    });
  });

  it.each<[OperationName, string[], RegExp]>([
    [
      'RunTask',
      [...task, '--tags', 'key=a,value@=file:///nowhere'],
      /^--tags: file:\/\/\/nowhere can't be read: /,
    ],
    ['RunTask', [...task, '--started-by', 'fileb:///x'], /^--started-by: takes text, not bytes$/],
    [
      'RunTask',
      [...task, '--overrides', 'containerOverrides=[{cpu=x}]'],
      /^--overrides: cpu takes a whole number, not "x"$/,
    ],
    [
      'CreateCluster',
      ['--configuration', 'executeCommandConfiguration={logConfiguration={s3EncryptionEnabled=yes}}'],
      /^--configuration: s3EncryptionEnabled takes true or false, not "yes"$/,
    ],
    ['RunTask', ['--count', '1'], /^--task-definition must be given$/],
    ['RunTask', ['--cli-input-json', '{"count": 1}'], /^--task-definition must be given$/],
    [
      'RunTask',
      ['--cli-input-json', '{"TaskDefinition": "a"}'],
      /^--cli-input-json: TaskDefinition is not known$/,
    ],
    ['RunTask', ['--cli-input-json', '-'], /^--cli-input-json - is no document$/],
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
