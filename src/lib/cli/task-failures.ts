import type { FailedServiceTask } from '../api/service-types.js';
import { nameOf } from './people-words.js';
import { clean } from './terminal-text.js';

/** Of a container's log. */
const MOST_LINES = 10;

interface FailureLine {
  text: string;
  /** What the container wrote, not we. */
  quiet: boolean;
}

/**
 * Why tasks failed, once where it was the same for several, with the last of what the first of them wrote; nothing where
 * that is no more than `isTold` already.
 */
export function failureLines(
  failedTasks: readonly FailedServiceTask[],
  isTold: (cause: string) => boolean = () => false,
): FailureLine[] {
  const groups = new Map<string, { task: FailedServiceTask; ids: string[] }>();
  for (const task of failedTasks) {
    const id = nameOf(task.taskArn).slice(0, 8);
    const what = JSON.stringify([causeOf(task), task.containers.map(factsOf(task))]);
    const group = groups.get(what);
    if (group === undefined) groups.set(what, { task, ids: [id] });
    else group.ids.push(id);
  }
  return [...groups.values()].flatMap(({ task, ids }) => {
    const details = detailsOf(task);
    if (details.length === 0 && isTold(causeOf(task).replace(/\.$/, ''))) return [];
    const text = `task${ids.length > 1 ? 's' : ''} ${ids.join(', ')}: ${causeOf(task)}`;
    return [{ text, quiet: false }, ...details];
  });
}

const causeOf = ({ stoppedReason }: FailedServiceTask): string => clean(stoppedReason ?? 'stopped');

/** How a container ended; empty where that says nothing. */
const factsOf =
  ({ stopCode, stoppedReason = '' }: FailedServiceTask) =>
  ({ exitCode, reason = '' }: FailedServiceTask['containers'][number]): string =>
    [
      // Of one that we stopped it tells how it took that.
      exitCode !== undefined && stopCode !== 'ServiceSchedulerInitiated' && `exit code ${exitCode}`,
      // The task's reason is often a container's own.
      !stoppedReason.includes(reason) && clean(reason),
    ]
      .filter(Boolean)
      .join(', ');

function detailsOf(task: FailedServiceTask): FailureLine[] {
  return task.containers.flatMap((container) => {
    const { name, lastLog } = container;
    const facts = factsOf(task)(container);
    const told = facts === '' ? [] : [{ text: `  ${clean(name)}: ${facts}`, quiet: false }];
    const log = lastLog.slice(-MOST_LINES);
    return [...told, ...log.map(({ text }) => ({ text: `  ${clean(name)} | ${clean(text)}`, quiet: true }))];
  });
}
