import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeToken, encodeToken, pageSize } from '../../../src/lib/api/pagination.js';

it('keeps the key in the token', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      const token = encodeToken('ListTasks', key);
      expect(token).toMatch(/^[\w-]+$/);
      expect(decodeToken('ListTasks', token)).toBe(key);
    }),
  );
});

it.each([
  '',
  'x',
  '%%%',
  encodeToken('ListClusters', 'a'),
  Buffer.from('["ListTasks"]').toString('base64url'),
  'bnVsbA',
])('refuses %j', (token) => {
  expect(() => decodeToken('ListTasks', token)).toThrow('Invalid token.');
});

it("has ECS's page sizes", () => {
  expect(pageSize('ListTasks', undefined)).toBe(100);
  expect(pageSize('ListServices', undefined)).toBe(10);
  expect(pageSize('ListTasks', 7)).toBe(7);
  for (const size of [0, 101, 1.5, -1, NaN]) {
    expect(() => pageSize('ListTasks', size)).toThrow('maxResults must be between 1 and 100.');
  }
});
