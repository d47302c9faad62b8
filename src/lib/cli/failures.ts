import type { Failure } from '../api/types.js';
import { clean } from './terminal-text.js';
import { nameOf } from './people-words.js';
import type { Session } from './session.js';

/** Tells people on stderr what ECS puts into `failures`; the same words once, with how often. */
export function tellFailures(failures: readonly Failure[] | undefined, session: Session): void {
  const counts = new Map<string, number>();
  for (const failure of failures ?? []) {
    const text = failureText(failure);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  for (const [text, n] of counts) session.progress.talk(n === 1 ? text : `${text} (${n} times)`);
}

/** Where ECS says in words what is wrong, those alone; else what it is wrong with. */
function failureText({ arn, reason = 'failed', detail }: Failure): string {
  if (detail !== undefined) return clean(`${reason}: ${detail}`);
  const why = reason === 'MISSING' ? 'not found' : reason;
  return clean(arn === undefined ? why : `${nameOf(arn)}: ${why}`);
}
