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

function failureText({ arn, reason, detail }: Failure): string {
  const what = arn === undefined || detail !== undefined ? '' : ` ${nameOf(arn)}`;
  return clean(`${reason ?? 'failed'}${what}${detail === undefined ? '' : `: ${detail}`}`);
}
