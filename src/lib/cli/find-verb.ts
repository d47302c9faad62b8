import { nearestName } from '../api/nearest.js';
import { globalFlags } from './globals.js';
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
  if (first.startsWith('-')) throw flagFirst(first);
  const topic = topicNamed(first);
  if (topic)
    throw new UsageError(`${first} is a topic, not a verb`, `longshore help ${topic.name} tells of it.`);
  const why = WITHOUT.find(({ verbs }) => verbs.test(first))?.why;
  if (why !== undefined) throw new UsageError(`${first} is not there: ${why}`);
  throw new UsageError(`there is no verb "${first}"`, meant(first, second, ids));
}

/** Verbs of `aws ecs` that are none here: docs/commands.md has the list. */
const WITHOUT: readonly { verbs: RegExp; why: string }[] = [
  { verbs: /-capacity-provider/, why: 'clusters have hosts of yours instead of capacity providers' },
  { verbs: /-(express-gateway|gateway)/, why: 'gateways are load balancers of AWS' },
  { verbs: /^(submit-|discover-poll-)/, why: "it is the protocol of ECS's agent, and there is no agent" },
  { verbs: /-task-sets?$|^update-service-primary-task-set$/, why: 'services are rolled by Longshore itself' },
  { verbs: /-daemon/, why: 'a service with --scheduling-strategy DAEMON runs on each host' },
  { verbs: /-services-by-namespace$/, why: 'namespaces are a part of AWS Cloud Map' },
  { verbs: /^continue-service-deployment$/, why: 'no deployment pauses here' },
];

function flagFirst(flag: string): UsageError {
  const near = nearestName(flag.replace(/^-+/, ''), ['version', 'help', ...Object.keys(globalFlags)]);
  const remedy = near === undefined ? 'The verb comes first, then its flags.' : `Did you mean --${near}?`;
  return new UsageError(`no verb takes ${flag} before it`, remedy);
}

/** The second words of verbs that begin so: `export`, `import`, `path` of `state`. */
export const verbsOfGroup = (group: string, ids: readonly string[]): string[] =>
  ids.filter((id) => id.startsWith(`${group}:`)).map((id) => id.slice(group.length + 1));

/** What the words of others are here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  attach: 'execute-command',
  drain: 'update-container-instances-state',
  inspect: 'describe-tasks',
  kill: 'stop-task',
  ls: 'list-tasks',
  ps: 'list-tasks',
  rm: 'stop-task',
};

/** What is near, else what begins so, else what has all of these letters in it. */
function meant(first: string, second: string | undefined, ids: readonly string[]): string | undefined {
  if (Object.hasOwn(ELSEWHERE, first)) return `Did you mean ${ELSEWHERE[first]}?`;
  if (first === 'ecs') return 'Leave ecs out: the verb comes first.';
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
  if (word.length < 3) return undefined;
  const holding = [
    verbs.filter((verb) => verb.startsWith(word)),
    verbs.filter((verb) => verb.includes(word)),
  ].find((found) => found.length > 0);
  if (holding === undefined || holding.length > MOST) return undefined;
  return `Did you mean ${holding.join(' or ')}?`;
}

const MOST = 4;
