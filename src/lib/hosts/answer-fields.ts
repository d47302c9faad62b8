/**
 * An engine's answer, read member by member. Whoever holds a host may let its engine say anything: what has another
 * type than it should is no answer, and what is longer than anything that an engine says is cut, so that it fills
 * neither memory nor records.
 */
export type Fields = Readonly<Record<string, unknown>>;

/** What the engine said is none of its answers; `message` names the member, never what stands in it. */
export class Nonsense extends Error {}

/** Characters of a text for people, and of a name in a list; names in a list. */
const longestText = 2000;
const longestName = 128;
const mostNames = 256;

export function objectOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Nonsense(`${what} is no object`);
}

/** A member that is an object; empty where it is left out. */
export function partOf(fields: Fields, name: string): Fields {
  return fields[name] === undefined || fields[name] === null ? {} : objectOf(fields[name], name);
}

/** Throws Nonsense where it is left out or empty. */
export function neededText(fields: Fields, name: string): string {
  const text = textOf(fields, name);
  if (text === '') throw new Nonsense(`${name} is missing`);
  return text;
}

/** Empty where it is left out. */
export function textOf(fields: Fields, name: string, longest = longestText): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string') throw new Nonsense(`${name} is no text`);
  return value.slice(0, longest);
}

/** 0 where it is left out. */
export function numberOf(fields: Fields, name: string): number {
  const value = fields[name] ?? 0;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Nonsense(`${name} is no number`);
  return value;
}

/** False where it is left out. */
export function flagOf(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value !== 'boolean') throw new Nonsense(`${name} is neither true nor false`);
  return value;
}

/** Empty where it is left out or null. */
export function listOf(value: unknown, what: string, most: number): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Nonsense(`${what} is no list`);
  return value.slice(0, most);
}

/** Names; those that are longer than any are left out, for half a name is another. */
export function namesOf(fields: Fields, name: string, longest = longestName): string[] {
  return textsOf(fields, name, mostNames).filter((text) => text.length <= longest);
}

/** Texts of any length. */
export function textsOf(fields: Fields, name: string, most: number): string[] {
  return listOf(fields[name], name, most).map((text) => {
    if (typeof text !== 'string') throw new Nonsense(`${name} holds something that is no text`);
    return text;
  });
}

/** Texts of any length by name, such as labels. */
export function textMapOf(fields: Fields, name: string): Record<string, string> {
  const map = partOf(fields, name);
  for (const text of Object.values(map))
    if (typeof text !== 'string') throw new Nonsense(`${name} holds something that is no text`);
  return map as Record<string, string>;
}
