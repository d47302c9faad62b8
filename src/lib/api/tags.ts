import { limits } from './limits.js';
import { throwProblems } from './problems.js';
import { shorten } from './shorten.js';
import type { Tag } from './types.js';

/** Throws InvalidParameterException for tags that ECS doesn't take. */
export function checkTags(tags: readonly Tag[] | undefined): void {
  throwProblems('InvalidParameterException', 'The list of tags', tagProblems(tags ?? []));
}

/** What is wrong with tags: too many, lengths, keys that are AWS's own or occur twice (ECS: Tag). */
export function tagProblems(tags: readonly Tag[]): string[] {
  const problems = tags.flatMap(({ key = '', value = '' }) => {
    const name = `The tag ${shorten(key)}`;
    return [
      key === '' && 'A tag has no key.',
      key.length > limits.tagKeyLength.ours && `${name} has a key longer than ${limits.tagKeyLength.ours}.`,
      value.length > limits.tagValueLength.ours &&
        `${name} has a value longer than ${limits.tagValueLength.ours}.`,
      /^aws:/i.test(key) && `${name} starts with aws:, which is kept for AWS's own.`,
    ].filter((problem) => problem !== false);
  });
  if (tags.length > limits.tags.ours)
    problems.push(`There are ${tags.length} tags; at most ${limits.tags.ours} are allowed.`);
  for (const key of repeated(tags.map((tag) => tag.key)))
    problems.push(`Duplicate tag keys found: ${shorten(key)}.`);
  return problems;
}

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
