import { EcsError, invalidToken } from './errors.js';

/** Most items of a page, and how many where the caller names no number (ECS: 100 for most). */
const pageSizes: Readonly<Record<string, { default: number; max: number }>> = {
  ListAccountSettings: { default: 10, max: 10 },
  ListServices: { default: 10, max: 100 },
  ListServicesByNamespace: { default: 10, max: 100 },
};
const usualSize = { default: 100, max: 100 };

/** Throws InvalidParameterException where `maxResults` isn't from 1 to the operation's most. */
export function pageSize(operation: string, maxResults: number | undefined): number {
  const size = pageSizes[operation] ?? usualSize;
  if (maxResults === undefined) return size.default;
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > size.max) {
    throw new EcsError('InvalidParameterException', `maxResults must be between 1 and ${size.max}.`);
  }
  return maxResults;
}

/** The `nextToken` that continues an operation's list after `key`. Opaque to callers. */
export function encodeToken(operation: string, key: string): string {
  return Buffer.from(JSON.stringify([operation, key])).toString('base64url');
}

/** The key in a token. Throws InvalidParameterException for a text that isn't a token of this operation. */
export function decodeToken(operation: string, token: string): string {
  try {
    const content: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(content) && content[0] === operation && typeof content[1] === 'string')
      return content[1];
  } catch {
    // Not ours: answered as below.
  }
  throw invalidToken();
}
