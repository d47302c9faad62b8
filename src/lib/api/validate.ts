import type { ErrorObject } from 'ajv';
import { absenceIn } from './absent-members.js';
import { describeProblem, problemInEcs } from './describe-problem.js';
import { EcsError } from './errors.js';
import { withoutNulls } from './nulls.js';
import type { OperationInput, OperationName } from './operations.js';
import { type Problem, throwProblems } from './problems.js';
import { loadSchema } from './schema.js';
import { loadValidator } from './validator.js';

/**
 * Checks the types, names, required members and enums of an operation's input, all problems at once, and
 * returns it without members that are null (ECS takes null for absent).
 * Throws EcsError: ClientException for RegisterTaskDefinition and InvalidParameterException for the others, where ECS
 * has no other code for what is absent, whose message names for each problem the path, what was given and what is allowed; values that may be
 * secrets are never repeated.
 */
export async function validateInput<O extends OperationName>(
  operation: O,
  input: unknown,
): Promise<OperationInput<O>> {
  const given = cleaned(input);
  const validator = await loadValidator(operation);
  if (!validator(given)) {
    const schema = loadSchema(operation);
    const errors = validator.errors ?? [];
    const problems = errors.map((error) => () => describeProblem(error, given, schema));
    const [first] = errors;
    const absence = absenceIn(operation, given);
    const usual = operation === 'RegisterTaskDefinition' ? 'ClientException' : 'InvalidParameterException';
    const faults = operation === 'RegisterTaskDefinition' ? await furtherFaults(given, errors) : [];
    throwProblems(
      absence?.code ?? usual,
      `The input of ${operation}`,
      [...problems, ...faults],
      absence?.text ?? (first && problemInEcs(first, given)),
    );
  }
  return given as OperationInput<O>;
}

/**
 * What else a registration would refuse: told along, so that nobody corrects a name only to learn of the next fault.
 * Where members lack or have other types than they should, the rules can't be asked.
 */
async function furtherFaults(given: unknown, errors: readonly ErrorObject[]): Promise<Problem[]> {
  if (errors.some(({ keyword }) => keyword !== 'additionalProperties' && keyword !== 'enum')) return [];
  const { registrationProblems } = await import('./task-definition.js');
  return registrationProblems(given as OperationInput<'RegisterTaskDefinition'>);
}

function cleaned(input: unknown): unknown {
  try {
    return withoutNulls(input);
  } catch (error) {
    if (error instanceof RangeError)
      throw new EcsError('InvalidParameterException', 'The input is nested too deeply.');
    throw error;
  }
}
