import { steering } from './steering.js';

/** A name or value of the user's as it may stand in a message: without control characters and not too long. */
export function shorten(text: string, limit = 60): string {
  const printable = text.slice(0, limit + 1).replace(steering, (found) => '\uFFFD'.repeat(found.length));
  return text.length <= limit ? printable : `${printable.slice(0, limit - 20)}… (${text.length} characters)`;
}
