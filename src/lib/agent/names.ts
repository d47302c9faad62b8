import { createHash } from 'node:crypto';
import type { TaskSpec } from './types.js';

/** ECS's own name for the container that holds a task's namespaces (here its secrets, too): no name for others. */
export const holderName = '~internal~ecs~pause';

/** Whether it is a task's holder: nothing that people count as a container of the task. */
export const isHolder = ({ containerName }: { containerName: string }): boolean =>
  containerName === holderName;

/**
 * Whether a container or volume is called as those of a task are. Labels alone don't tell: an image that was committed from
 * a container of ours has them, and so has what somebody runs from it. `name`: without a leading slash.
 */
export const isNamedFor = (taskId: string, name: string): boolean =>
  name.startsWith('ecs-') && name.endsWith(`-${taskId}`);

/** Names longer than this are shortened: they appear in link aliases, host names and people's terminals. */
const maxLength = 128;

/**
 * The Docker name of a task's container or volume: `ecs-FAMILY-REVISION-CONTAINER-TASKID`, ECS's own form with the
 * task's id in place of random digits. It follows from the task alone, so that a step that is done again finds what it made before.
 */
export function dockerName(spec: Pick<TaskSpec, 'id' | 'definition'>, part: string): string {
  const { family, revision } = spec.definition;
  // Docker's names have no ~, and those of task definitions no dots.
  const shown = part === holderName ? 'internal.ecs.pause' : part;
  const name = `ecs-${family}-${revision}-${shown}-${spec.id}`;
  if (name.length <= maxLength) return name;
  // The task's id tells tasks apart; the digest tells apart its parts.
  const digest = createHash('sha256').update(part).digest('hex').slice(0, 8);
  return `ecs-${family.slice(0, 40)}-${revision}-${shown.slice(0, 30)}-${digest}-${spec.id}`;
}
