import type { OperationInput } from '../api/operations.js';
import { EcsError } from '../api/errors.js';
import { InvalidAmount } from '../scheduler/amounts.js';
import { InvalidExpression } from '../scheduler/query-language/invalid-expression.js';
import { compileQuery } from '../scheduler/query-language/query.js';
import { InvalidStrategy } from '../scheduler/strategies.js';
import type { DefinitionRecord } from './records.js';

/** What the input alone can't say of RunTask: overrides fit the definition, constraints can be read. */
export function checkRunTask(input: OperationInput<'RunTask'>, definition: DefinitionRecord): void {
  const names = (definition.definition.containerDefinitions ?? []).map((c) => c.name);
  for (const { name } of input.overrides?.containerOverrides ?? []) {
    if (names.includes(name)) continue;
    throw new EcsError(
      'InvalidParameterException',
      `Override for container named ${name ?? ''} is not a container in the TaskDefinition.`,
      `Its containers are: ${names.join(', ')}`,
    );
  }
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
