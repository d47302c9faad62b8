import { expect, it } from 'vitest';
import { failedCheck } from '../../../src/lib/agent/failed-check.js';
import type { ContainerDetails } from '../../../src/lib/hosts/container-types.js';

const of = (...checks: [exitCode: number, output: string][]) =>
  failedCheck({
    health: { status: 'unhealthy', log: checks.map(([exitCode, output]) => ({ end: 0, exitCode, output })) },
  } as ContainerDetails['state']);

it('tells of the last check with what it ended with, and the first lines that it wrote', () => {
  expect(of([1, 'old'], [2, 'db refused\r\n\n  is it up?\nthree\nfour\n'])).toBe(
    'exit code 2: db refused / is it up? / three',
  );
  expect(of([1, ''])).toBe('exit code 1');
  expect(of([-1, 'Health check exceeded timeout (3s)'])).toBe('Health check exceeded timeout (3s)');
});

it('tells of none where it passed, or none was made', () => {
  expect(of([1, 'starting up'], [0, 'ok'])).toBeUndefined();
  expect(of()).toBeUndefined();
  expect(failedCheck({} as ContainerDetails['state'])).toBeUndefined();
});

it('a check can neither fill a page nor steer a terminal', () => {
  const text = of([1, `\u001b[2J${'x'.repeat(4000)}`]) ?? '';
  expect(text.length).toBeLessThan(340);
  expect(text).not.toContain('\u001b');
});
