import { expect } from 'vitest';
import { told, type Outcome } from './longshore.js';

/**
 * One error, clear and short: the exit code, what is wrong in the first line, nothing on stdout, no stack trace, no
 * fault of ours.
 */
export function expectRefusal(
  args: readonly string[],
  outcome: Outcome,
  codes: readonly number[],
  says: RegExp,
): void {
  const { stdout, stderr } = outcome;
  expect(codes, told(args, outcome)).toContain(outcome.code);
  expect(stderr, told(args, outcome)).toMatch(says);
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toMatch(/unexpected:|node:internal|UnhandledPromise/);
  expect(stderr.length, told(args, outcome)).toBeLessThan(2500);
  expect(stderr.split('\n')[0]).not.toBe('');
}
