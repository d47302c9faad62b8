import type { OperationName } from './operations.js';

/** What ECS's API model marks as idempotency tokens. */
const tokens: Partial<Record<OperationName, string>> = { RunTask: 'clientToken' };

/**
 * An input with the token that clients of AWS fill in where nobody gives one, so that a request that is sent again does
 * nothing twice.
 */
export function withIdempotencyToken(
  operation: OperationName,
  input: Readonly<Record<string, unknown>>,
  newToken: () => string,
): Readonly<Record<string, unknown>> {
  const member = tokens[operation];
  return member === undefined ? input : { ...input, [member]: input[member] ?? newToken() };
}
