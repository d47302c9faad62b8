import { texts } from '../../services/texts.js';
import type { Draft } from '../../store/transact.js';
import { keys, putTask } from '../keys.js';
import type { ContainerRecord, TaskRecord } from '../records.js';

/**
 * What the engines did for a service while its tasks were theirs to keep: a container that they started again is what ECS
 * would have counted as a failed task. Each rise of a container's count is told once; the draft notes what was told.
 */
export async function tellRestarts(
  draft: Draft,
  service: string,
  tasks: Iterable<TaskRecord>,
): Promise<string[]> {
  const messages: string[] = [];
  for (const { cluster, id, ...seen } of tasks) {
    if (!seen.kept || !seen.containers.some((one) => untold(one) > 0)) continue;
    const task = await draft.get<TaskRecord>(keys.task(cluster, id));
    if (task === undefined) continue;
    const risen = task.containers.filter((one) => untold(one) > 0);
    messages.push(...risen.map((one) => texts.restarted(service, id, one.name, untold(one))));
    const containers = task.containers.map((one) =>
      untold(one) > 0 ? { ...one, restartsTold: one.restartCount ?? 0 } : one,
    );
    draft.put(putTask({ ...task, containers }));
  }
  return messages;
}

const untold = ({ restartCount = 0, restartsTold = 0 }: ContainerRecord): number =>
  restartCount - restartsTold;
