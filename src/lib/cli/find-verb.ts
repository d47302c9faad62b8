import { nearestName } from '../api/nearest.js';
import { topicNamed, TOPICS } from './topics.js';
import { UsageError } from './usage-error.js';

/**
 * The command of a line's first words, by its id (`state:export` where the verb has two words), and the words after it.
 * Throws UsageError, with the verb that was probably meant.
 */
export function findVerb(argv: readonly string[], ids: readonly string[]): { id: string; rest: string[] } {
  const [first = '', second] = argv;
  if (ids.includes(`${first}:${second}`)) return { id: `${first}:${second}`, rest: argv.slice(2) };
  if (ids.includes(first)) return { id: first, rest: argv.slice(1) };
  const inGroup = verbsOfGroup(first, ids);
  if (inGroup.length > 0) throw new UsageError(`${first} takes one of: ${inGroup.join(', ')}`);
  const topic = topicNamed(first);
  if (topic)
    throw new UsageError(`${first} is a topic, not a verb`, `longshore help ${topic.name} tells of it.`);
  throw new UsageError(`there is no verb "${first}"`, meant(first, second, ids));
}

/** The second words of verbs that begin so: `export`, `import`, `path` of `state`. */
export const verbsOfGroup = (group: string, ids: readonly string[]): string[] =>
  ids.filter((id) => id.startsWith(`${group}:`)).map((id) => id.slice(group.length + 1));

/** What the words of others are here. */
const ELSEWHERE: Readonly<Record<string, string>> = { ps: 'list-tasks', ls: 'list-tasks' };

/** What is near, else what has all of these letters in it. */
function meant(first: string, second: string | undefined, ids: readonly string[]): string | undefined {
  if (ELSEWHERE[first] !== undefined) return `Did you mean ${ELSEWHERE[first]}?`;
  const verbs = ids.map((id) => id.replaceAll(':', ' '));
  const near =
    (second === undefined ? undefined : nearestName(`${first} ${second}`, verbs)) ??
    nearestName(first, verbs);
  if (near !== undefined) return `Did you mean ${near}?`;
  const topic = nearestName(
    first,
    TOPICS.map(({ name }) => name),
  );
  if (topic !== undefined) return `Did you mean help ${topic}?`;
  const word = first.toLowerCase();
  const holding = word.length < 3 ? [] : verbs.filter((verb) => verb.includes(word));
  if (holding.length === 0 || holding.length > MOST) return undefined;
  return `Did you mean ${holding.join(' or ')}?`;
}

const MOST = 4;
