import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../../../src/lib/engine/logs/filter-pattern.js';

const lines = ['ERROR 401 unauthorized', 'ERROR 500 INTERNAL', 'WARN 401 retry', 'INFO done', ''];

describe('a filter pattern', () => {
  it.each<[string, number[]]>([
    ['', [0, 1, 2, 3, 4]],
    ['ERROR', [0, 1]],
    ['error', []],
    ['ERROR 401', [0]],
    ['401 ERROR', [0]],
    ['"ERROR 401"', [0]],
    ['"401 ERROR"', []],
    ['?ERROR ?WARN', [0, 1, 2]],
    ['?"ERROR 5" ?INFO', [1, 3]],
    ['ERROR -401', [1]],
    ['-ERROR -"WARN 401"', [3, 4]],
    ['401 ?ERROR ?INFO', [0]],
    ['  ERROR   INTERNAL ', [1]],
  ])('%j', (pattern, found) => {
    const matches = compileFilter(pattern);
    expect(lines.flatMap((line, i) => (matches(line) ? [i] : []))).toEqual(found);
  });

  it('takes what is no letter or digit in quotes, and without where that is plain', () => {
    expect(compileFilter('"say \\"no\\""')('they say "no" again')).toBe(true);
    expect(compileFilter('"{"')('{"a": 1}')).toBe(true);
    expect(compileFilter('50%')('at 50% now')).toBe(true);
    expect(compileFilter('a-b')('a-b')).toBe(true);
  });

  it.each([
    ['{ $.level = "error" }', /looks into JSON/],
    ['[ip, user]', /looks into columns/],
    ['%4\\d\\d%', /regular expression/],
    ['"open', /a " without its end/],
  ])('%j is refused', (pattern, why) => {
    expect(() => compileFilter(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException', message: expect.stringMatching(why) }),
    );
  });
});
