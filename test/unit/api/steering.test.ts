import { expect, it } from 'vitest';
import { cleanJson } from '../../../src/lib/api/steering.js';

it('JSON steers no terminal, and has the same value', () => {
  const value = { 'a\u009b': 'a\u001b]0;x\u0007b\u009b31mc\u202ed\u2066e\rf\u007f\n' };
  const text = cleanJson(JSON.stringify(value, undefined, '\t'));
  expect(text).toMatch(/^[\n\t -~]+$/);
  expect(JSON.parse(text)).toEqual(value);
});
