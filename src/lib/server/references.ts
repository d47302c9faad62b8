import type { AccessScope } from '../api/access.js';
import { EcsError } from '../api/errors.js';
import type { OperationName } from '../api/operations.js';
import { parseSecretReference } from '../api/secret-reference.js';

/**
 * Definitions may name variables and files of the machine that starts their tasks: with `longshore` that is the user's own.
 * Through a server it is the server's, which is only for who may do everything: others name secrets that are kept for tasks.
 * The input is as it came, whatever that is. Throws EcsError AccessDeniedException.
 */
export function checkReferences(scope: AccessScope, operation: OperationName, input: unknown): void {
  if (scope === 'admin') return;
  const found = referenceIn(operation, input);
  if (found === undefined) return;
  throw new EcsError(
    'AccessDeniedException',
    `${found} would be read on the server's machine, which takes an access key whose scope is admin. Keep the value there with longshore put-secret, and name it.`,
  );
}

function referenceIn(operation: OperationName, input: unknown): string | undefined {
  if (operation === 'RegisterTaskDefinition')
    return first(listOf(input, 'containerDefinitions'), inContainer);
  if (operation !== 'RunTask' && operation !== 'StartTask') return undefined;
  return first(listOf(member(input, 'overrides'), 'containerOverrides'), inContainer);
}

function inContainer(container: unknown): string | undefined {
  if (listOf(container, 'environmentFiles').length > 0) return 'A file of environmentFiles';
  const secrets = [
    ...listOf(container, 'secrets'),
    ...listOf(member(container, 'logConfiguration'), 'secretOptions'),
  ].map((secret) => member(secret, 'valueFrom'));
  const credentials = member(member(container, 'repositoryCredentials'), 'credentialsParameter');
  return first([...secrets, credentials], ofMachine);
}

function ofMachine(reference: unknown): string | undefined {
  if (typeof reference !== 'string') return undefined;
  const kind = parseSecretReference(reference)?.source.kind;
  if (kind === 'environment') return 'A variable (env:)';
  return kind === 'file' ? 'A file (file:)' : undefined;
}

function first(values: readonly unknown[], find: (value: unknown) => string | undefined): string | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

const listOf = (value: unknown, name: string): unknown[] => {
  const list = member(value, name);
  return Array.isArray(list) ? list : [];
};
