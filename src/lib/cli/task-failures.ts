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

/** Why tasks failed, with the last of what they wrote; once where it was the same for several. */
export function failureLines(failedTasks: readonly FailedServiceTask[]): FailureLine[] {
  const groups = new Map<string, { task: FailedServiceTask; ids: string[] }>();
  for (const task of failedTasks) {
    const id = nameOf(task.taskArn).slice(0, 8);
    const what = JSON.stringify([causeOf(task), detailsOf(task)]);
    const group = groups.get(what);
    if (group === undefined) groups.set(what, { task, ids: [id] });
    else group.ids.push(id);
  }
  return [...groups.values()].flatMap(({ task, ids }) => [
    { text: `task${ids.length > 1 ? 's' : ''} ${ids.join(', ')}: ${causeOf(task)}`, quiet: false },
    ...detailsOf(task),
  ]);
}

const causeOf = ({ stoppedReason }: FailedServiceTask): string => clean(stoppedReason ?? 'stopped');

function detailsOf({ containers, stoppedReason = '' }: FailedServiceTask): FailureLine[] {
  return containers.flatMap(({ name, exitCode, reason = '', lastLog }) => {
    // The task's reason is often a container's own.
    const facts = [
      exitCode !== undefined && `exit code ${exitCode}`,
      !stoppedReason.includes(reason) && clean(reason),
    ].filter(Boolean);
    const told = facts.length > 0 ? [{ text: `  ${clean(name)}: ${facts.join(', ')}`, quiet: false }] : [];
    const log = lastLog.slice(-MOST_LINES);
    return [...told, ...log.map(({ text }) => ({ text: `  ${clean(name)} | ${clean(text)}`, quiet: true }))];
  });
}
