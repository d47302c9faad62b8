import { describe, expect, it } from 'vitest';
import { candidates, type Names } from '../../../src/lib/completion/candidates.js';
import type { Grammar } from '../../../src/lib/completion/grammar.js';

const grammar: Grammar = {
  verbs: {
    'stop-task': {
      about: 'Stop a task',
      flags: {
        cluster: { about: 'The cluster', takes: { kind: 'cluster' } },
        task: { about: 'The task', takes: { kind: 'live-task' }, required: true },
        reason: { about: 'Why', takes: { kind: 'any' } },
        'cli-input-json': { about: 'The input', takes: { kind: 'document' } },
      },
    },
    'describe-tasks': {
      about: 'Show tasks',
      flags: {
        tasks: { about: 'The tasks', takes: { kind: 'task' }, many: true, required: true },
        include: { about: 'More', takes: { oneOf: ['TAGS'] }, many: true },
        refresh: { about: 'Look first', negatable: true },
        inert: { about: 'Nothing', takes: { kind: 'any' }, hidden: true },
      },
    },
    'state export': { about: 'Write', flags: {} },
    'state import': { about: 'Read', flags: { replace: { about: 'All' } }, takes: { kind: 'file' } },
    completion: { about: 'Script', flags: {}, takes: { oneOf: ['bash', 'zsh', 'fish'] } },
  },
  topics: ['clusters', 'tasks'],
  globals: {
    state: { about: 'The state', takes: { kind: 'file' } },
    output: { about: 'The form', takes: { oneOf: ['json', 'text'] } },
    color: { about: 'Colour', takes: { oneOf: ['on', 'off'] }, negatable: true },
    debug: { about: 'Each step' },
  },
};

const names: Names = {
  ofKind: (kind, _typed, cluster) => {
    if (kind === 'live-task') return [{ value: `live-${cluster}` }];
    if (kind === 'task') return ['1f2e', '1f3a', 'abcd'].map((value) => ({ value }));
    if (kind === 'cluster')
      return [{ value: 'default' }, { value: 'staging' }, { value: 'a;rm -rf' }, { value: '--debug' }];
    if (kind === 'file') return [{ value: 'task.json' }, { value: 'dir/' }];
    return [];
  },
};

/** The words of a line, of which the last one is being typed. */
function after(line: string): string[] {
  const words = line.split(' ');
  return candidates(words.slice(0, -1), words.at(-1) ?? '', grammar, names).map(({ value }) => value);
}

describe('a word may become', () => {
  it.each([
    ['', ['completion', 'describe-tasks', 'help', 'state', 'stop-task']],
    ['st', ['state', 'stop-task']],
    ['state ', ['export', 'import']],
    ['state e', ['export']],
    ['help ', ['clusters', 'tasks', 'completion', 'describe-tasks', 'help', 'state', 'stop-task']],
    ['help c', ['clusters', 'completion']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['state import d', ['dir/']],
    ['nonsense ', []],
    ['--o', ['--output']],
    ['--output ', ['json', 'text']],
    ['--output json sto', ['stop-task']],
    ['--state x stop-task --task ', ['live-default']],
  ])('%j: %j', (line, expected) => expect(after(line)).toEqual(expected));

  it.each([
    // What must be given comes first, alone.
    ['stop-task ', ['--task']],
    ['stop-task --task 1 ', ['--cluster', '--reason', '--cli-input-json']],
    ['stop-task --cli-input-json file://x ', ['--task', '--cluster', '--reason']],
    ['stop-task --t', ['--task']],
    [
      'stop-task -',
      ['--task', '--cluster', '--reason', '--cli-input-json', '--state', '--output', '--color', '--debug'],
    ],
    ['stop-task --task 1 --t', []],
    ['stop-task --task ', ['live-default']],
    ['stop-task --cluster staging --task ', ['live-staging']],
    ['stop-task --cluster=staging --task l', ['live-staging']],
    ['stop-task --cl', ['--cluster', '--cli-input-json']],
    ['stop-task --cluster=s', ['--cluster=staging']],
    ['stop-task --reason ', []],
    ['stop-task --cli-input-json ', ['file://']],
    ['stop-task --cli-input-json file://t', ['file://task.json']],
    ['stop-task --reason file://d', ['file://dir/']],
    ['stop-task --task 1 -- ', []],
  ])('%j: %j', (line, expected) => expect(after(line)).toEqual(expected));

  it.each([
    ['describe-tasks --tasks ', ['1f2e', '1f3a', 'abcd']],
    ['describe-tasks --tasks 1f2e ', ['1f3a', 'abcd']],
    ['describe-tasks --tasks 1f2e 1', ['1f3a']],
    [
      'describe-tasks --tasks 1f2e --',
      ['--include', '--refresh', '--state', '--output', '--color', '--debug'],
    ],
    ['describe-tasks --no-r', ['--no-refresh']],
    ['describe-tasks --no-color ', ['--tasks']],
    ['describe-tasks --color ', ['on', 'off']],
    ['describe-tasks --no-refresh --tas', ['--tasks']],
    // As the parser takes the beginning of a flag.
    ['describe-tasks --inc ', ['TAGS']],
    ['describe-tasks --include TAGS ', []],
    ['describe-tasks --iner', []],
  ])('%j: %j', (line, expected) => expect(after(line)).toEqual(expected));
});

it('leaves out names that a shell would not take as they are', () => {
  expect(after('stop-task --cluster ')).toEqual(['default', 'staging']);
});
