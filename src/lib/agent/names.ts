import { createHash } from 'node:crypto';
import type { TaskSpec } from './types.js';

/** Names longer than this are shortened: they appear in link aliases, host names and people's terminals. */
const maxLength = 128;

/**
 * The Docker name of a task's container or volume: `ecs-FAMILY-REVISION-CONTAINER-TASKID`, ECS's own form with the
 * task's id in place of random digits. It follows from the task alone, so that a step that is done again finds what it made before.
 */
export function dockerName(spec: Pick<TaskSpec, 'id' | 'definition'>, part: string): string {
  const { family, revision } = spec.definition;
  const name = `ecs-${family}-${revision}-${part}-${spec.id}`;
  if (name.length <= maxLength) return name;
  // The task's id tells tasks apart; the digest tells apart its parts.
  const digest = createHash('sha256').update(part).digest('hex').slice(0, 8);
  return `ecs-${family.slice(0, 40)}-${revision}-${part.slice(0, 30)}-${digest}-${spec.id}`;
}
