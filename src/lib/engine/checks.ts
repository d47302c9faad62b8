import type { PlacementConstraint, PlacementStrategy } from '../api/types.js';
import { EcsError } from '../api/errors.js';
import { InvalidAmount } from '../scheduler/amounts.js';
import { InvalidExpression } from '../scheduler/query-language/invalid-expression.js';
import { compileQuery } from '../scheduler/query-language/query.js';
import { chainOf, InvalidStrategy } from '../scheduler/strategies.js';

interface Placement {
  placementConstraints?: readonly PlacementConstraint[] | undefined;
  placementStrategy?: readonly PlacementStrategy[] | undefined;
}

/**
 * What a schema can't say of where tasks may run: constraints can be read, strategies are ECS's. Checked before anything is
 * written: a record that can't be planned would only be found out by who keeps it. Throws InvalidExpression, InvalidStrategy,
 * and InvalidParameterException for an expression of distinctInstance (ECS: PlacementConstraint).
 */
export function checkPlacement({ placementConstraints = [], placementStrategy = [] }: Placement): void {
  for (const { type, expression = '' } of placementConstraints) {
    if (type === 'memberOf') compileQuery(expression);
    else if (expression !== '')
      throw new EcsError(
        'InvalidParameterException',
        `A ${type} placement constraint can't have an expression.`,
        'Leave it out, or write memberOf with it',
      );
  }
  chainOf({ strategy: placementStrategy, group: '' });
}

/** The scheduler's own refusals as ECS's; anything else as it is. */
export function asEcsError(error: unknown): unknown {
  const refused =
    error instanceof InvalidExpression || error instanceof InvalidStrategy || error instanceof InvalidAmount;
  return refused
    ? new EcsError('InvalidParameterException', error.message, undefined, { cause: error })
    : error;
}
