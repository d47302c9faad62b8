import type { OperationOutput } from '../api/operations.js';
import type { Task } from '../api/types.js';
import { EXIT } from './exit-codes.js';
import { count } from '../api/count.js';
import { nameOf } from './people-words.js';
import type { Session } from './session.js';
import { clean } from './terminal-text.js';

type Output = OperationOutput<'RunTask'>;

/** The exit code of a verb that starts tasks: how many of them it could place and start. */
export function startCode(output: Output, session: Session): number {
  const { tasks = [] } = output;
  if (tasks.length === 0) return EXIT.nothingPlaced;
  const failed = tasks.filter(failedToStart).length;
  if (failed === tasks.length) return EXIT.refused;
  return failed > 0 || isPartial(output, session) ? EXIT.partly : EXIT.done;
}

/** Not all could be placed, or a host that was asked did not answer. */
export const isPartial = ({ failures = [] }: Output, { progress }: Session): boolean =>
  failures.length > 0 || progress.failedHosts.size > 0;

/** Tells people why tasks that were placed don't run; the same reason once. */
export function tellFailedStarts(tasks: readonly Task[], session: Session): void {
  const failed = tasks.filter(failedToStart);
  for (const why of new Set(failed.map(startFault))) {
    const [first, ...others] = failed.filter((task) => startFault(task) === why);
    const which =
      others.length === 0 ? `task ${nameOf(first?.taskArn).slice(0, 8)}` : count(others.length + 1, 'task');
    session.progress.talk(`${which} failed to start: ${clean(why)}`);
  }
}

const failedToStart = (task: Task): boolean => task.stopCode === 'TaskFailedToStart';

const startFault = (task: Task): string =>
  task.containers?.find(({ reason }) => reason !== undefined)?.reason ??
  task.stoppedReason?.replace(/^Task failed to start: /, '') ??
  'no reason is known';
