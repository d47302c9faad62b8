import { createHash } from 'node:crypto';
import type { TaskSpec } from './types.js';

/** Names longer than this are shortened: they appear in link aliases, host names and people's terminals. */
const maxLength = 128;

/**
 * The Docker name of a task's container: `ecs-FAMILY-REVISION-CONTAINER-TASKID`, ECS's own form with the task's id in
 * place of random digits. It follows from the task alone, so that a step that is done again finds what it made before.
 */
export function dockerName(spec: Pick<TaskSpec, 'id' | 'definition'>, container: string): string {
  const { family, revision } = spec.definition;
  const name = `ecs-${family}-${revision}-${container}-${spec.id}`;
  if (name.length <= maxLength) return name;
  // The task's id tells tasks apart; the digest tells apart the task's containers.
  const digest = createHash('sha256').update(container).digest('hex').slice(0, 8);
  return `ecs-${family.slice(0, 40)}-${revision}-${container.slice(0, 30)}-${digest}-${spec.id}`;
}
