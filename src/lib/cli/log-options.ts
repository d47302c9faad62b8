import { seconds } from '../api/seconds.js';
import { type CliFlags, listFlag, switchFlag, textFlag } from './flag.js';
import type { LogOptions } from './log-lines.js';
import { UsageError } from './usage-error.js';
import { listOf, textOf, type Words } from './words.js';

export const logFlags: CliFlags = {
  tasks: listFlag('The tasks: ids, the beginnings of them, or ARNs (default: all tasks of the cluster)', {
    helpValue: '<task>...',
  }),
  family: textFlag('Tasks of this family', { helpValue: '<name>' }),
  'service-name': textFlag('Tasks of this service: name or ARN', { helpValue: '<name>' }),
  cluster: textFlag('The cluster: name or ARN (default: default)', { helpValue: '<value>' }),
  'log-group': textFlag(
    "Containers that log to this group of CloudWatch Logs, by their definition's awslogs-group",
    {
      helpValue: '<name>',
    },
  ),
  'log-stream-name-prefix': textFlag('Of those, streams (prefix/container/task) whose name begins so', {
    helpValue: '<text>',
  }),
  container: textFlag('Only containers of this name', { helpValue: '<name>' }),
  follow: switchFlag(
    'Go on with what is written from now on, until the tasks have stopped; of a family, service or cluster also of tasks that begin',
    { char: 'f' },
  ),
  since: textFlag('Only lines since then: 10m ago, or a time such as 2026-11-21T05:46:00Z', {
    helpValue: '<time>',
  }),
  until: textFlag('Only lines until then', { helpValue: '<time>' }),
  tail: textFlag('Only the last lines of each container', { helpValue: '<number>' }),
  'filter-pattern': textFlag(
    'Only lines with these terms, as in CloudWatch Logs: ERROR "exact phrase" ?or ?or -not',
    { helpValue: '<pattern>' },
  ),
  timestamps: switchFlag('The time of each line before it'),
};

/** What the words ask for; `now` in epoch milliseconds. Throws UsageError. */
export function logRequest(words: Words, now: number): LogOptions {
  const tasks = listOf(words, 'tasks');
  if (tasks?.length === 0) throw new UsageError('--tasks takes one task or several');
  const tail = textOf(words, 'tail');
  if (tail !== undefined && !/^\d+$/.test(tail))
    throw new UsageError(`--tail takes a number of lines, not "${tail}"`);
  const [since, until] = [timeOf(words, 'since', now), timeOf(words, 'until', now)];
  if (since !== undefined && until !== undefined && until <= since)
    throw new UsageError('--until is not after --since: no line is between them');
  return {
    tasks,
    family: textOf(words, 'family'),
    service: textOf(words, 'service-name'),
    cluster: textOf(words, 'cluster'),
    logGroup: textOf(words, 'log-group'),
    logStreamPrefix: textOf(words, 'log-stream-name-prefix'),
    container: textOf(words, 'container'),
    follow: words.given.get('follow') === true,
    since,
    until,
    tail: tail === undefined ? undefined : Number(tail),
    filterPattern: textOf(words, 'filter-pattern'),
    timestamps: words.given.get('timestamps') === true,
  };
}

/** Epoch milliseconds of `10m` (ago), a date or epoch seconds. */
function timeOf(words: Words, name: string, now: number): number | undefined {
  const text = textOf(words, name);
  if (text === undefined) return undefined;
  if (/^\d{9,}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const ago = seconds(text);
  const time = ago === undefined ? Date.parse(text) : now - ago * 1000;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`--${name} takes 10m, 2h or a time such as 2026-11-21T05:46:00Z, not "${text}"`);
}
