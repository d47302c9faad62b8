import * as sdk from '@aws-sdk/client-ecs';
import { expect, it } from 'vitest';
import { withIdempotencyToken } from '../../../src/lib/api/idempotency-tokens.js';
import { operationNames, Operations, type OperationFacts } from '../../../src/lib/api/operations.js';

/** The bit by which the SDK's schemas mark a member as one, and where a structure has its members. */
const MARK = 4;
const [NAMES, SCHEMAS] = [4, 5];

it.each(operationNames.filter((name) => !(Operations[name] as OperationFacts).ours))(
  'what the installed SDK fills in of %s is filled in',
  (operation) => {
    const structure = (sdk as unknown as Record<string, unknown[]>)[`${operation}Request$`];
    const names = structure?.[NAMES] as string[];
    const schemas = structure?.[SCHEMAS] as unknown[];
    const isToken = (schema: unknown) => Array.isArray(schema) && schema[0] === 0 && schema[1] === MARK;
    const marked = names.filter((_, i) => isToken(schemas[i]));
    const expected = Object.fromEntries(marked.map((name) => [name, 'new']));
    expect(withIdempotencyToken(operation, {}, () => 'new')).toEqual(expected);
  },
);

it('one that is given stays', () => {
  const input = { taskDefinition: 'web', clientToken: 'mine' };
  expect(withIdempotencyToken('RunTask', input, () => 'new')).toEqual(input);
});
