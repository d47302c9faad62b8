import { type CliFlags, listFlag, switchFlag, textFlag } from './flag.js';
import type { LogOptions } from './log-lines.js';
import { seconds } from './people-words.js';
import { UsageError } from './usage-error.js';
import { listOf, textOf, type Words } from './words.js';

export const logFlags: CliFlags = {
  tasks: listFlag('The tasks: ids, the beginnings of them, or ARNs', {
    helpValue: '<task>...',
    required: true,
  }),
  cluster: textFlag('The cluster: name or ARN (default: default)', { helpValue: '<value>' }),
  container: textFlag('Only this container of each task', { helpValue: '<name>' }),
  follow: switchFlag('Go on with what is written from now on, until the tasks have stopped', { char: 'f' }),
  since: textFlag('Only lines since then: 10m ago, or a time such as 2026-11-21T05:46:00Z', {
    helpValue: '<time>',
  }),
  until: textFlag('Only lines until then', { helpValue: '<time>' }),
  tail: textFlag('Only the last lines of each container', { helpValue: '<number>' }),
  timestamps: switchFlag('The time of each line before it'),
};

/** What the words ask for; `now` in epoch milliseconds. Throws UsageError. */
export function logRequest(words: Words, now: number): LogOptions {
  const tasks = listOf(words, 'tasks');
  if (!tasks?.length) throw new UsageError('--tasks must be given');
  const tail = textOf(words, 'tail');
  if (tail !== undefined && !/^\d+$/.test(tail))
    throw new UsageError(`--tail takes a number of lines, not "${tail}"`);
  return {
    tasks,
    cluster: textOf(words, 'cluster'),
    container: textOf(words, 'container'),
    follow: words.given.get('follow') === true,
    since: timeOf(words, 'since', now),
    until: timeOf(words, 'until', now),
    tail: tail === undefined ? undefined : Number(tail),
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
