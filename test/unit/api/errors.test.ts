import { expect, it } from 'vitest';
import * as errors from '../../../src/lib/api/errors.js';

const { EcsError, ...others } = errors;
const makers = Object.entries(others) as [string, (...args: string[]) => errors.EcsError][];

it.each(makers)('%s is one sentence of ECS and one of ours, however long the name', (_, make) => {
  const error = make('x'.repeat(255), 'y');
  expect(error).toBeInstanceOf(EcsError);
  expect(error.code).toMatch(/Exception$/);
  expect(error.message).not.toContain('\n');
  expect(error.message.length).toBeGreaterThan(5);
  if (error.remedy !== undefined) expect(error.remedy).not.toMatch(/\.$|\n/);
});
