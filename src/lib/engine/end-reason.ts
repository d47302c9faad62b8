import { shorten } from '../api/shorten.js';
import { essentialsByEnd } from './exit-code.js';
import type { ContainerRecord, TaskRecord } from './records.js';

/** Characters: an engine's error may be a page. */
const LONGEST = 500;

/** Why a task ended, in a line: its own reason, and how the essential container had ended that it ended with. */
export function endReason(task: Pick<TaskRecord, 'stoppedReason' | 'stopCode' | 'containers'>): string {
  const { stoppedReason = '', stopCode } = task;
  const how = stopCode === 'EssentialContainerExited' ? endOf(essentialsByEnd(task)[0]) : undefined;
  return shorten(how === undefined ? stoppedReason : `${stoppedReason} (${how})`, LONGEST);
}

function endOf(container: ContainerRecord | undefined): string | undefined {
  if (container?.finishedAt === undefined) return undefined;
  const { name, exitCode, reason } = container;
  const facts = [exitCode !== undefined && `exit code ${exitCode}`, reason].filter(Boolean);
  return facts.length === 0 ? undefined : `${name}: ${facts.join(', ')}`;
}
