import type { Failure } from '../api/types.js';
import { EXIT } from './exit-codes.js';
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

/**
 * The exit code of a verb that changes what it is given: partly where `failures` has some of that, refused where nothing
 * was done. To look for what isn't there is no fault, as in ECS.
 */
export function failuresCode(operation: string, output: object): number {
  const { failures = [], ...rest } = output as { failures?: readonly Failure[] };
  if (failures.length === 0 || /^(List|Describe|Get)/.test(operation)) return EXIT.done;
  const done = Object.values(rest).some((list) => Array.isArray(list) && list.length > 0);
  return done ? EXIT.partly : EXIT.refused;
}

/** Where ECS says in words what is wrong, those alone; else what it is wrong with. */
function failureText({ arn, reason = 'failed', detail }: Failure): string {
  if (detail !== undefined) return clean(`${reason}: ${detail}`);
  const why = reason === 'MISSING' ? 'not found' : reason;
  return clean(arn === undefined ? why : `${nameOf(arn)}: ${why}`);
}
