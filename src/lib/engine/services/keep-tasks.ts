import type { ContainerDefinition, TaskDefinition } from '../../api/types.js';
import { HostError } from '../../hosts/host-error.js';
import type { EngineContext } from '../context.js';
import { keys } from '../keys.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import { reach } from '../sight.js';
import { updateTask } from '../task-records.js';

/**
 * Of a service that is steady: from now on each host's engine starts its tasks' containers again when they crash, and when
 * the host boots, whether anybody watches or not. During a deployment it doesn't: the circuit breaker must see exits.
 */
export async function keepTasks(ctx: EngineContext, tasks: readonly TaskRecord[]): Promise<void> {
  await Promise.all(tasks.map((task) => keep(ctx, task)));
}

/** Containers that need each other, or share a namespace, would come back without each other. */
export function canBeKept({
  networkMode,
  pidMode,
  ipcMode,
  containerDefinitions = [],
}: TaskDefinition): boolean {
  if (networkMode === 'awsvpc' || pidMode === 'task' || ipcMode === 'task') return false;
  return containerDefinitions.every(
    (container) => (container.essential ?? true) && !container.restartPolicy && standsAlone(container),
  );
}

const standsAlone = ({ links, volumesFrom, dependsOn }: ContainerDefinition): boolean =>
  [links, volumesFrom, dependsOn].every((list) => list === undefined || list.length === 0);

async function keep(ctx: EngineContext, task: TaskRecord): Promise<void> {
  const instance = (await ctx.store.get<InstanceRecord>(keys.instance(task.cluster, task.instance)))?.value;
  if (!instance?.connected) return;
  const host = await reach(ctx, instance);
  if (host === undefined) return;
  try {
    // First the record: what stops the task takes the policy off again.
    const current = await updateTask(ctx, task.cluster, task.id, (one) =>
      one.desiredStatus === 'RUNNING' ? { ...one, kept: true } : one,
    );
    if (!current?.kept) return;
    for (const { runtimeId } of task.containers)
      if (runtimeId !== undefined)
        await host.updateContainer(runtimeId, { RestartPolicy: { Name: 'unless-stopped' } });
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    await updateTask(ctx, task.cluster, task.id, ({ kept: _, ...one }) => one);
  }
}
