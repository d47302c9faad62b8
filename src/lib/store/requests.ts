import type { ListQuery, Transaction } from './store.js';

/**
 * What every driver refuses before it touches its data, so that a mistake shows on each of them alike.
 * These are mistakes of the program, not of its user: a TypeError.
 */
export function assertQuery(query: ListQuery): void {
  const { prefix, index, after, limit } = query;
  if ((prefix === undefined) === (index === undefined)) refuse('give exactly one of prefix and index');
  if (prefix !== undefined && prefix !== '') assertKey(prefix);
  if (index !== undefined) assertKey(index);
  if (after !== undefined && after !== '') assertKey(after);
  if (limit !== undefined && !isCount(limit)) refuse(`limit is no count: ${limit}`);
}

export function assertTransaction({ checks = [], puts = [], deletes = [] }: Transaction): void {
  for (const { key, revision } of checks) {
    assertKey(key);
    if (!isCount(revision)) refuse(`revision of ${key} is no count: ${revision}`);
  }
  for (const { indexes = [] } of puts) indexes.forEach(assertKey);
  const written = [...puts.map((put) => put.key), ...deletes];
  written.forEach(assertKey);
  if (new Set(written).size < written.length) refuse('a key is written once in a transaction');
}

/** Keys are what every database keeps and orders alike: SQLite ends a text at U+0000, UTF-8 has no surrogates. */
export function assertKey(key: string): void {
  if (!isKey(key)) refuse(`not a key: ${JSON.stringify(key)}`);
}

export function isKey(key: unknown): key is string {
  return typeof key === 'string' && key !== '' && !key.includes('\0') && !/\p{Surrogate}/u.test(key);
}

/** The JSON text of a value. Drivers keep this text, so that a caller never shares an object with the store. */
export function encodeValue(key: string, value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  return text ?? refuse(`the value of ${key} is not JSON`);
}

/** Index names in the one order in which they are kept and given back; undefined for none. */
export function normalizeIndexes(indexes: readonly string[] = []): string[] | undefined {
  return indexes.length === 0 ? undefined : [...new Set(indexes)].sort();
}

const isCount = (number: number) => Number.isSafeInteger(number) && number >= 0;

function refuse(message: string): never {
  throw new TypeError(`store: ${message}`);
}
