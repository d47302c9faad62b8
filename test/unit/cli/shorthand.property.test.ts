import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseShorthand } from '../../../src/lib/cli/shorthand.js';
import { UsageError } from '../../../src/lib/cli/usage-error.js';
import { shorthand } from '../../aws-cli/shorthand-text.js';

/** Of any characters; fast-check's own of that kind takes a second to make. */
const text = fc
  .array(fc.oneof(fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff })), { maxLength: 10 })
  .map((codes) => String.fromCodePoint(...codes));
const key = fc.stringMatching(/^[A-Za-z0-9_./#:-]{1,8}$/).filter((text) => text !== '__proto__');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, text, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  map: fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
}));
const structure = fc.dictionary(key, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true });

it('what is written in quotes is read as it was, whatever stands in it', () => {
  fc.assert(
    fc.property(structure, (given) => {
      expect(parseShorthand(shorthand(given, true))).toEqual(given);
    }),
  );
});

it('any text has a meaning or is refused', () => {
  const pieces = fc.constantFrom('a', 'k', '=', ',', '"', "'", '\\', '{', '}', '[', ']', ' ', '@', 'é', '\n');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      try {
        expect(typeof parseShorthand(parts.join(''))).toBe('object');
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
  );
});

it.each([
  ['backslashes', `k='${'\\'.repeat(50_001)}`],
  ['quotes after backslashes', `k="${'\\"'.repeat(50_000)}`],
  ['brackets', `k=${'['.repeat(100_000)}`],
])('a text of very many %s is read or refused in a moment', (_, text) => {
  const began = performance.now();
  try {
    parseShorthand(text);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
  }
  expect(performance.now() - began).toBeLessThan(5000);
});

it('a quote after a backslash ends the text where no other does', () => {
  expect(parseShorthand("k='a\\'b'")).toEqual({ k: "a'b" });
  expect(parseShorthand("k='C:\\'")).toEqual({ k: 'C:\\' });
  expect(parseShorthand("k='C:\\\\'")).toEqual({ k: 'C:\\' });
});
