import type { ListQuery } from './store.js';

/** The keys from `low` (itself included unless `lowOpen`) up to `high`, excluded; an absent bound is no bound. */
export interface KeyRange {
  low?: string;
  lowOpen: boolean;
  high?: string;
}

/** Orders keys as every driver does: by their UTF-8 bytes (UTF-16, JavaScript's order, puts emoji before U+FF5E). */
export function compareKeys(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Where the records of a query lie in key order; for an index: among the keys of that index. */
export function keyRange({ prefix = '', after, reverse }: ListQuery): KeyRange {
  const low = prefix === '' ? undefined : prefix;
  const high = endOfPrefix(prefix);
  if (after !== undefined && reverse && (high === undefined || compareKeys(after, high) < 0)) {
    return { low, lowOpen: false, high: after };
  }
  if (after !== undefined && !reverse && (low === undefined || compareKeys(after, low) >= 0)) {
    return { low: after, lowOpen: true, high };
  }
  return { low, lowOpen: false, high };
}

const LAST_CODE_POINT = 0x10ffff;

/** The first key after all that start with `prefix`; undefined where nothing can come after them. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return Array.from([...points, next(last)], (point) => String.fromCodePoint(point)).join('');
}

/** UTF-8 has no surrogates: after U+D7FF comes U+E000. */
const next = (codePoint: number) => (codePoint === 0xd7ff ? 0xe000 : codePoint + 1);
