import type { ContainerRecord, TaskRecord } from './records.js';

/** A failure of ours, as `docker run` has it: nobody knows how the task's own program ended. */
const OURS = 125;
/** SIGKILL and SIGTERM: how containers end that were told to, not what they have to say. */
const KILLED: readonly (number | undefined)[] = [137, 143];

/**
 * The exit code of a task: of its essential containers, in the order in which they ended, the first that isn't 0. Those
 * that were only stopped since another had ended say nothing by 137 or 143, unless it was for want of memory.
 * 125 where the task failed to start, has not stopped, is gone, or an essential container's code isn't known.
 */
export function exitCodeOf(task: TaskRecord | undefined): number {
  if (task?.lastStatus !== 'STOPPED' || task.stopCode === 'TaskFailedToStart') return OURS;
  const essential = essentialsByEnd(task);
  const wasOver = task.stopCode === 'EssentialContainerExited';
  const codes = essential.map((container, i) =>
    wasOver && i > 0 ? afterTheEnd(container) : ownCode(container),
  );
  return codes.find((code) => code !== 0) ?? (codes.length === 0 ? OURS : 0);
}

/** Essential containers in the order in which they ended; last those that have not. */
export const essentialsByEnd = ({ containers }: Pick<TaskRecord, 'containers'>): ContainerRecord[] =>
  containers.filter(({ essential }) => essential).sort(byEnd);

const byEnd = (a: ContainerRecord, b: ContainerRecord): number =>
  (a.finishedAt ?? Infinity) - (b.finishedAt ?? Infinity) || 0;

const ownCode = ({ exitCode = OURS }: ContainerRecord): number => exitCode;

const afterTheEnd = (container: ContainerRecord): number =>
  KILLED.includes(container.exitCode) && !container.oomKilled ? 0 : ownCode(container);
