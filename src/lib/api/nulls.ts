import { shorten } from './shorten.js';

/**
 * The value without members that are null, which ECS takes for absent; the same value where there are none. A null in
 * a list stays, since leaving it out would move the others.
 */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(withoutNulls);
    return items.every((item, i) => item === value[i]) ? value : (items as T);
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value);
  const kept = entries
    .filter(([, member]) => member !== null)
    .map(([key, member]) => [key, withoutNulls(member)] as const);
  const same = kept.length === entries.length && kept.every(([, member], i) => member === entries[i]?.[1]);
  return same ? value : (Object.fromEntries(kept) as T);
}

/** The paths of members that are null: `volumes`, `containerDefinitions[0].command`. */
export function nullMembers(value: unknown, path = ''): string[] {
  if (Array.isArray(value))
    return value.flatMap((item, i) => (item === null ? [] : nullMembers(item, `${path}[${i}]`)));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = path === '' ? shorten(key) : `${path}.${shorten(key)}`;
    return member === null ? [at] : nullMembers(member, at);
  });
}
