import type { OperationInput } from '../api/operations.js';
import { EcsError } from '../api/errors.js';
import { InvalidAmount } from '../scheduler/amounts.js';
import { InvalidExpression } from '../scheduler/query-language/invalid-expression.js';
import { compileQuery } from '../scheduler/query-language/query.js';
import { InvalidStrategy } from '../scheduler/strategies.js';

/** What the input's schema can't say of RunTask: constraints can be read. */
export function checkRunTask(input: OperationInput<'RunTask'>): void {
  for (const { type, expression = '' } of input.placementConstraints ?? []) {
    if (type === 'memberOf') compileQuery(expression);
  }
}

/** The scheduler's own refusals as ECS's; anything else as it is. */
export function asEcsError(error: unknown): unknown {
  const refused =
    error instanceof InvalidExpression || error instanceof InvalidStrategy || error instanceof InvalidAmount;
  return refused
    ? new EcsError('InvalidParameterException', error.message, undefined, { cause: error })
    : error;
}
