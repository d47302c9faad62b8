import { shorten } from '../api/shorten.js';
import type { ContainerRecord, TaskRecord } from './records.js';

/** Characters: an engine's error may be a page. */
const LONGEST = 500;

/** Why a task ended, in a line: its own reason, and how the essential container had ended that it ended with. */
export function endReason({
  stoppedReason = '',
  stopCode,
  containers,
}: Pick<TaskRecord, 'stoppedReason' | 'stopCode' | 'containers'>): string {
  const how = stopCode === 'EssentialContainerExited' ? endOf(firstToEnd(containers)) : undefined;
  return shorten(how === undefined ? stoppedReason : `${stoppedReason} (${how})`, LONGEST);
}

const firstToEnd = (containers: readonly ContainerRecord[]): ContainerRecord | undefined =>
  containers
    .filter(({ essential, finishedAt }) => essential && finishedAt !== undefined)
    .sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0))[0];

function endOf(container: ContainerRecord | undefined): string | undefined {
  if (container === undefined) return undefined;
  const { name, exitCode, reason } = container;
  const facts = [exitCode !== undefined && `exit code ${exitCode}`, reason].filter(Boolean);
  return facts.length === 0 ? undefined : `${name}: ${facts.join(', ')}`;
}
