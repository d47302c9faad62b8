import { describe, expect, it } from 'vitest';
import { listFlag, switchFlag, textFlag } from '../../../src/lib/cli/flag.js';
import { parseWords } from '../../../src/lib/cli/words.js';

const flags = {
  cluster: textFlag(''),
  tasks: listFlag(''),
  'task-definition': textFlag(''),
  force: switchFlag('', { allowNo: true }),
  color: textFlag('', { options: ['on', 'off'], allowNo: true }),
  follow: switchFlag('', { char: 'f' }),
  output: textFlag('', { options: ['json', 'text'] }),
  'generate-cli-skeleton': textFlag('', { bare: 'input', options: ['input', 'output'] }),
  secret: textFlag('', { hidden: true }),
};
const given = (...argv: string[]) => Object.fromEntries(parseWords(argv, flags).given);
const fault = (...argv: string[]) => {
  try {
    parseWords(argv, flags);
  } catch (error) {
    const { message, remedy } = error as { message: string; remedy?: string };
    return remedy === undefined ? message : `${message} | ${remedy}`;
  }
  throw new Error('was understood');
};

describe('words of a command line', () => {
  it.each([
    [['--cluster', 'a'], { cluster: ['a'] }],
    [['--cluster=a=b'], { cluster: ['a=b'] }],
    [['--cluster=a b=c\nd'], { cluster: ['a b=c\nd'] }],
    [['--tasks', 'a', '--cluster=x y'], { tasks: ['a'], cluster: ['x y'] }],
    [['--cluster', '-x y=z'], { cluster: ['-x y=z'] }],
    [['--tasks', 'a', 'b', '--cluster', 'c'], { tasks: ['a', 'b'], cluster: ['c'] }],
    [['--tasks'], { tasks: [] }],
    [['--force'], { force: true }],
    [['--no-force'], { force: false }],
    [['--no-color', '--cluster', 'a'], { color: false, cluster: ['a'] }],
    [['-f'], { follow: true }],
    [['--clus', 'a'], { cluster: ['a'] }],
    [['--tasks', '-1', '- x', '-'], { tasks: ['-1', '- x', '-'] }],
    [['--cluster', '-x y'], { cluster: ['-x y'] }],
    [['--generate-cli-skeleton'], { 'generate-cli-skeleton': ['input'] }],
    [['--generate-cli-skeleton', 'output'], { 'generate-cli-skeleton': ['output'] }],
    [['--cluster', 'a', '--cluster', 'b'], { cluster: ['b'] }],
  ])('%j', (argv, expected) => expect(given(...argv)).toEqual(expected));

  it('keeps words after -- and words that belong to no flag apart', () => {
    const words = parseWords(['x', '--cluster', 'a', 'y', '--', '--force', 'z'], flags);
    expect(words.loose).toEqual(['x', 'y']);
    expect(words.passed).toEqual(['--force', 'z']);
  });

  it('notes a flag that is given twice', () => {
    expect(parseWords(['--cluster', 'a', '--cluster', 'b'], flags).repeated).toEqual(['cluster']);
  });

  it.each([
    [['--clutser', 'a'], 'unknown flag --clutser | Did you mean --cluster?'],
    [
      ['--generate-cli-skeletion'],
      'unknown flag --generate-cli-skeletion | Did you mean --generate-cli-skeleton?',
    ],
    [['--xyzzy-plugh'], 'unknown flag --xyzzy-plugh'],
    [['--task', 'a'], '--task could be --tasks or --task-definition | Write more of it.'],
    [['--cluster'], '--cluster takes a value'],
    [['--cluster', '--force'], '--cluster takes a value'],
    [['--no-color=on'], '--no-color takes no value, but was given "on"'],
    [['--force=yes'], '--force takes no value, but was given "yes"'],
    [['--output', 'jsno'], '--output takes one of json, text, not "jsno" | Did you mean json?'],
    [['-x'], 'unknown flag -x'],
    [['-c', 'web'], 'unknown flag -c | Did you mean --cluster?'],
  ])('%j is refused', (argv, expected) => expect(fault(...argv)).toBe(expected));

  it('takes a beginning that only one flag of ECS has for that flag, whatever ours are called', () => {
    const flagsOfRun = {
      'started-by': textFlag('', { member: 'startedBy' }),
      state: textFlag('', { helpGroup: 'global' }),
      'start-late': textFlag('', { member: 'startLate', helpGroup: 'longshore' }),
    };
    expect(Object.fromEntries(parseWords(['--sta', 'me'], flagsOfRun).given)).toEqual({
      'started-by': ['me'],
    });
    expect(() => parseWords(['--stat', 'x', '--s', 'y', '--start-', 'z'], flagsOfRun)).not.toThrow();
  });

  it('does not complete to a hidden flag', () => {
    expect(fault('--secr', 'x')).toMatch(/unknown flag --secr/);
  });
});
