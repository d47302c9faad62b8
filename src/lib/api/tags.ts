import { EcsError } from './errors.js';
import { limits } from './limits.js';
import { throwProblems } from './problems.js';
import { shorten } from './shorten.js';
import type { Tag } from './types.js';

/** Throws InvalidParameterException for tags that ECS doesn't take. */
export function checkTags(tags: readonly Tag[] | undefined): void {
  throwProblems('InvalidParameterException', 'The list of tags', tagProblems(tags ?? []));
}

/** What keys and values are made of (ECS's API model: TagKey, TagValue). */
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const allowedText = 'letters, numbers, spaces and _ . : / = + - @';

/** What is wrong with tags: too many, lengths, characters, keys that are AWS's own or occur twice (ECS: Tag). */
export function tagProblems(tags: readonly Tag[]): string[] {
  const problems = tags.flatMap(({ key = '', value = '' }) => {
    const name = `The tag ${shorten(key)}`;
    return [
      key === '' && 'A tag has no key.',
      key.length > limits.tagKeyLength.ours && `${name} has a key longer than ${limits.tagKeyLength.ours}.`,
      value.length > limits.tagValueLength.ours &&
        `${name} has a value longer than ${limits.tagValueLength.ours}.`,
      !allowed.test(key) && `${name} has a key of other characters than ${allowedText}.`,
      !allowed.test(value) && `${name} has a value of other characters than ${allowedText}.`,
      isReserved(key) && reservedText(key),
    ].filter((problem) => problem !== false);
  });
  if (tags.length > limits.tags.ours)
    problems.push(`There are ${tags.length} tags; at most ${limits.tags.ours} are allowed.`);
  for (const key of repeated(tags.map((tag) => tag.key)))
    problems.push(`Duplicate tag keys found: ${shorten(key)}.`);
  return problems;
}

/** The tags with others put over them: of two with the same key the later one counts. */
export function mergeTags(...lists: (readonly Tag[])[]): Tag[] {
  return [...new Map(lists.flat().map((tag) => [tag.key, tag])).values()];
}

/** Tags without those of these keys. Throws InvalidParameterException for a key that is AWS's own (ECS: Tag). */
export function withoutTags(tags: readonly Tag[], keys: readonly string[]): Tag[] {
  const reserved = keys.find(isReserved);
  if (reserved !== undefined) throw new EcsError('InvalidParameterException', reservedText(reserved));
  return tags.filter(({ key = '' }) => !keys.includes(key));
}

/** Throws `code` where a resource would have more tags than ECS lets it; AWS's own don't count. */
export function checkTagCount(
  tags: readonly Tag[],
  code: 'LimitExceededException' | 'InvalidParameterException',
): void {
  const own = tags.filter(({ key = '' }) => !isReserved(key)).length;
  if (own <= limits.tags.ours) return;
  throw new EcsError(
    code,
    `The resource would have ${own} tags; at most ${limits.tags.ours} are allowed.`,
    'Leave some out, or take some off first: longshore untag-resource',
  );
}

const isReserved = (key: string) => /^aws:/i.test(key);

const reservedText = (key: string) =>
  `The tag ${shorten(key)} starts with aws:, which is kept for AWS's own.`;

/** The values that occur more than once, each once. */
export function repeated(values: readonly (string | undefined)[]): string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const value of values) {
    if (value === undefined) continue;
    if (seen.has(value)) again.add(value);
    seen.add(value);
  }
  return [...again];
}
