import { checkFields } from './fields.js';
import type { OperationInput } from './operations.js';
import { type Problem, throwProblems } from './problems.js';
import { definitionFaults } from './task-definition-rules.js';
import { normaliseDefinition, type NormalisedDefinition } from './task-definition-defaults.js';

export interface PreparedDefinition {
  /** As it is stored and answered, but for what registration adds: revision, ARN, times. */
  definition: NormalisedDefinition;
  /** Fields that mean nothing outside AWS or mean less here, one sentence each. */
  warnings: string[];
}

/**
 * A validated RegisterTaskDefinition input as it is registered: ECS's rules checked, fields that aren't honoured
 * refused by name, defaults filled in, cpu and memory made numbers. Pure.
 * Throws ClientException with ECS's own texts, all problems at once.
 */
export function prepareTaskDefinition(input: OperationInput<'RegisterTaskDefinition'>): PreparedDefinition {
  const { refusals, warnings } = checkFields(input);
  throwProblems('ClientException', `The task definition`, [...definitionFaults(input), ...refusals]);
  return { definition: normaliseDefinition(input), warnings };
}

/** All that a registration refuses in an input whose members have the right types. Pure. */
export const registrationProblems = (input: OperationInput<'RegisterTaskDefinition'>): Problem[] => [
  ...definitionFaults(input),
  ...checkFields(input).refusals,
];
