import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, endOfPrefix, keyRange } from '../../../src/lib/store/keys.js';

describe('keys', () => {
  it('the end of a prefix comes right after all that start with it', () => {
    expect(endOfPrefix('task/')).toBe('task0');
    expect(endOfPrefix('a\ud7ff')).toBe('a\ue000');
    expect(endOfPrefix('a\u{10FFFF}\u{10FFFF}')).toBe('b');
    expect(endOfPrefix('\u{10FFFF}')).toBeUndefined();
    expect(endOfPrefix('')).toBeUndefined();
  });

  it('a range holds exactly the keys with the prefix', () => {
    const point = fc.integer({ min: 1, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff);
    const character = point.map((code) => String.fromCodePoint(code));
    const text = fc.string({ unit: character, minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(text, text, fc.boolean(), (prefix, other, under) => {
        const key = under ? prefix + other : other;
        const { low, high } = keyRange({ prefix });
        const inside = compareKeys(key, low ?? '') >= 0 && (high === undefined || compareKeys(key, high) < 0);
        expect(inside).toBe(key.startsWith(prefix));
      }),
    );
  });
});
