import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinCommand, splitCommand } from '../../../src/lib/api/command-words.js';

describe('splitCommand', () => {
  it.each<[string, string[]]>([
    ['/bin/sh', ['/bin/sh']],
    ['  ls   -la\t/tmp\n', ['ls', '-la', '/tmp']],
    [`sh -c 'echo "a b"; exit 3'`, ['sh', '-c', 'echo "a b"; exit 3']],
    [`sh -c "echo \\"a\\" \\$HOME \\x"`, ['sh', '-c', 'echo "a" $HOME \\x']],
    [`a\\ b''c"d e"`, ['a bcd e']],
    [`echo '' ""`, ['echo', '', '']],
    ['one \\\n two', ['one', 'two']],
    ['ls && pwd | wc $X *', ['ls', '&&', 'pwd', '|', 'wc', '$X', '*']],
    ['', []],
    ['  ', []],
  ])('%j', (text, words) => expect(splitCommand(text)).toEqual(words));

  it.each(["echo 'a", 'echo "a', 'echo \\'])('refuses %j', (text) => {
    expect(() => splitCommand(text)).toThrow(expect.objectContaining({ code: 'InvalidParameterException' }));
  });
});

describe('joinCommand', () => {
  const words = fc.array(fc.oneof(fc.string(), fc.constantFrom("'", '"', '\\', ' ', '\n', '$x', 'a b', '')));

  it('makes a text of any words that is taken apart into them again', () => {
    fc.assert(
      fc.property(words, (list) => {
        expect(splitCommand(joinCommand(list))).toEqual(list);
      }),
    );
  });

  it('means the same to a shell', () => {
    const list = ['a', "it's", '$HOME `x` "q"', '', 'a\nb', '*', '-n', '\\'];
    const printed = execFileSync('sh', ['-c', `printf '%s|' ${joinCommand(list)}`]).toString();
    expect(printed).toBe(list.map((word) => `${word}|`).join(''));
  });
});
