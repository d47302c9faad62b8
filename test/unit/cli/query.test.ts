import { describe, expect, it } from 'vitest';
import ListTasks from '../../../src/commands/list-tasks.js';
import RunTask from '../../../src/commands/run-task.js';
import { compileQuery } from '../../../src/lib/cli/query.js';
import { run } from './kit.js';

const answer = {
  tasks: [
    { n: 1, s: 'b', at: '2026-02-01' },
    { n: 2, s: 'a', at: '2026-01-01' },
  ],
  none: null,
};
const ask = async (expression: string) => (await compileQuery(expression))(answer);

describe('--query', () => {
  it.each<[string, unknown]>([
    ['tasks[].n', [1, 2]],
    ['tasks[?s==`a`].n', [2]],
    ["tasks[?at>'2026-01-15'].n | [0]", 1],
    ['tasks[::-1].n', [2, 1]],
    ['sort_by(tasks,&s)[0].s', 'a'],
    ['max_by(none || `[]`, &n)', null],
    ['nosuch', null],
    ["'it\\'s'", "it's"],
    ["tasks[?s=='=']", []],
    ['{"type": `{"type":"Function","name":"nosuch"}`}', { type: { type: 'Function', name: 'nosuch' } }],
  ])('%s', async (expression, expected) => expect(await ask(expression)).toEqual(expected));

  it.each<[string, string, string?]>([
    ["tasks[?s='a']", '--query is no JMESPath expression: there is no operator =', 'Compare with =='],
    [
      'tasks[',
      '--query is no JMESPath expression: something is missing at its end',
      'Quote it for the shell',
    ],
    ['tasks.', '--query is no JMESPath expression: something is missing at its end'],
    ['tasks[]]', '--query is no JMESPath expression: "]" makes no sense where it stands'],
    ['tasks #', '--query is no JMESPath expression: "#" makes no sense where it stands'],
    ['a b', '--query is no JMESPath expression: "b" makes no sense where it stands'],
    [' ', '--query is no JMESPath expression: it is empty'],
    ["tasks[?s=='a]", "--query is no JMESPath expression: a ' has no other end"],
    ['tasks[?s==`a]', '--query is no JMESPath expression: a ` has no other end'],
    ['"tasks', '--query is no JMESPath expression: a " has no other end'],
    ['lenght(tasks)', '--query: JMESPath has no function lenght()', 'Did you mean length()?'],
    ['{a: tasks[?nosuchfunction(s)]}', '--query: JMESPath has no function nosuchfunction()'],
  ])('%s is refused', async (expression, message, remedy = '') => {
    await expect(compileQuery(expression)).rejects.toMatchObject({ message });
    await expect(compileQuery(expression)).rejects.toSatisfy(({ remedy: said = '' }: { remedy?: string }) =>
      said.startsWith(remedy),
    );
  });

  it('that does not suit the answer says so when everything else is done', async () => {
    await expect(ask('length(none)')).rejects.toThrow(
      "the answer doesn't suit --query: length() expected argument 1 to be type string,array,object but received type null",
    );
    const ran = await run(ListTasks, ['--query', 'abs(taskArns)'], {
      ListTasks: () => ({ taskArns: ['a'] }),
    });
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain("the answer doesn't suit --query: abs() expected argument 1 to be type number");
  });

  it('that is none keeps anything from being done', async () => {
    const ran = await run(RunTask, ['--task-definition', 'a', '--query', 'tasks['], {});
    expect(ran).toMatchObject({ code: 2, calls: [] });
  });

  it('is asked of the answer as scripts see it, also on a terminal', async () => {
    const ran = await run(
      ListTasks,
      ['--query', 'taskArns[0]', '--output', 'text'],
      { ListTasks: () => ({ taskArns: ['a', 'b'] }) },
      { people: true },
    );
    expect(ran).toMatchObject({ code: 0, out: 'a\n' });
    const whole = await run(
      ListTasks,
      ['--query', 'taskArns'],
      { ListTasks: () => ({ taskArns: ['a'] }) },
      { people: true },
    );
    expect(whole.out).toBe('[\n    "a"\n]\n');
  });
});
