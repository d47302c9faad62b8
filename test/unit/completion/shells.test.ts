import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestOf, splitLine } from '../../../src/lib/completion/shells.js';

const BREAKS = ' \t\n"\'@><=;|&(:';

/** What bash is told of these values for a line whose cursor stands at its end. */
function inBash(line: string, ...values: string[]): string[] | undefined {
  const request = requestOf(['bash', line, String([...line].length), BREAKS]);
  return request
    ?.render(values.map((value) => ({ value, about: 'x' })))
    .split('\n')
    .slice(0, -1);
}

describe("bash's line", () => {
  it.each([
    ['longshore stop-task --task 1f', ['stop-task', '--task'], '1f'],
    ['longshore stop-task ', ['stop-task'], ''],
    ['longshore run-task --reason "two words" --cl', ['run-task', '--reason', 'two words'], '--cl'],
    ["longshore logs --tasks '1f", ['logs', '--tasks'], '1f'],
    ['cd x; LONGSHORE_STATE=y longshore list', ['longshore'], 'list'],
    ['cd x && longshore list', [], 'list'],
    ['longshore state import my\\ fi', ['state', 'import'], 'my fi'],
  ])('%j is taken apart', (line, words, typed) => {
    expect(requestOf(['bash', line, String(line.length), BREAKS])).toMatchObject({ words, typed });
  });

  it('ends at the cursor, which counts characters', () => {
    const line = 'longshore run-task --reason "größer" --clu --count 3';
    const point = [...line.slice(0, line.indexOf(' --count'))].length;
    expect(requestOf(['bash', line, String(point), BREAKS])).toMatchObject({ typed: '--clu' });
  });

  it('gets only what follows the last character that breaks words', () => {
    expect(inBash('longshore run-task --task-definition web:1', 'web:1', 'web:12')).toEqual(['1', '12']);
    expect(inBash('longshore list-tasks --cluster=st', '--cluster=staging')).toEqual(['staging']);
    expect(inBash('longshore x file:///tm', 'file:///tmp/')).toEqual(['///tmp/']);
    expect(inBash('longshore run-task --task-definition we', 'web:1')).toEqual(['web:1']);
    expect(inBash('longshore create-cluster --hosts deploy@w', 'deploy@web1')).toEqual(['web1']);
  });

  it('gets the whole word between quotes, and blanks guarded outside of them', () => {
    expect(inBash('longshore run-task --task-definition "web:1', 'web:1')).toEqual(['web:1']);
    expect(inBash('longshore state import my', 'my file')).toEqual(['my\\ file']);
    expect(inBash("longshore state import 'my", 'my file')).toEqual(['my file']);
  });

  it('is taken apart whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(splitLine(line).words.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('zsh and fish', () => {
  const found = [{ value: 'web1', about: 'ACTIVE\u001b\u202e[31m' }, { value: 'a' }];

  it('hand over words and get a line for each candidate', () => {
    const zsh = requestOf(['zsh', '80', 'stop-task', '--task', '"1f']);
    expect(zsh).toMatchObject({ words: ['stop-task', '--task'], typed: '1f' });
    expect(zsh?.render(found)).toBe('web1\tweb1  ACTIVE [31m\na\ta\n');
    const fish = requestOf(['fish', 'stop-task', '']);
    expect(fish).toMatchObject({ words: ['stop-task'], typed: '' });
    expect(fish?.render(found)).toBe('web1\tACTIVE [31m\na\n');
  });

  it('zsh gets lines that fit its width', () => {
    const request = requestOf(['zsh', '20', '']);
    const [line = ''] = (request?.render([{ value: 'web1', about: 'x'.repeat(80) }]) ?? '').split('\n');
    expect(line.split('\t')[1]).toHaveLength(19);
  });
});

it('another shell is not understood', () => {
  expect(requestOf(['tcsh', 'x'])).toBeUndefined();
  expect(requestOf([])).toBeUndefined();
});
