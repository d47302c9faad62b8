import type { OperationInput, OperationOutput } from '../api/operations.js';
import { removePauseImage } from '../agent/pause/on-host.js';
import { removeNetworks } from '../agent/task-network.js';
import { instanceHasTasks } from '../api/errors.js';
import { HostError } from '../hosts/host-error.js';
import { removeMarker } from '../hosts/marker.js';
import { transact } from '../store/transact.js';
import { activeCluster } from './clusters.js';
import { instanceOf } from './container-instances.js';
import { forgetImages } from './images/image-records.js';
import { indexes, keys } from './keys.js';
import { presentInstance } from './present.js';
import { reach } from './sight.js';
import { markStopped } from './task-life.js';
import { saveTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord } from './records.js';

/**
 * Takes a host out of its cluster. With `force` its tasks go on running but are no longer watched (ECS); their records
 * end. Its marker is removed where the host answers; else a warning says how. Errors: InvalidParameterException (tasks run and no `force`).
 */
export async function deregisterContainerInstance(
  input: OperationInput<'DeregisterContainerInstance'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeregisterContainerInstance'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const instance = await instanceOf(ctx, cluster, input.containerInstance);
  await transact(ctx.store, ctx, async (draft) => {
    await draft.get(keys.instance(cluster, instance.id));
    await draft.get(keys.usage(cluster, instance.id));
    const statuses = ['PENDING', 'RUNNING', 'STOPPING'];
    const lists = await Promise.all(
      statuses.map((status) =>
        draft.list<TaskRecord>({ index: indexes.instanceTasks(cluster, instance.id, status) }),
      ),
    );
    const tasks = lists.flat().map((entry) => entry.value);
    if (tasks.length > 0 && !input.force) {
      throw instanceHasTasks(instance.name);
    }
    for (const task of tasks) {
      const cause = {
        code: 'UserInitiated' as const,
        reason: 'Container instance deregistration forced by user',
      };
      await saveTask(draft, task, { ...markStopped(task, cause, ctx.clock()), orphaned: true });
    }
    draft.delete(keys.instance(cluster, instance.id));
    draft.delete(keys.usage(cluster, instance.id));
  });
  await forgetImages(ctx, cluster, instance.id);
  await unmark(ctx, instance);
  return {
    containerInstance: { ...presentInstance(ctx, instance), status: 'INACTIVE', agentConnected: false },
  };
}

async function unmark(ctx: EngineContext, instance: InstanceRecord): Promise<void> {
  const { id, cluster, name, marker = 'longshore-marker' } = instance;
  try {
    const host = await reach(ctx, { ...instance, connected: true });
    if (host !== undefined) {
      await removeNetworks(host, cluster);
      await removePauseImage(host);
      return await removeMarker(host, { instanceId: id, cluster });
    }
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: name, error });
  }
  const words = `it is still marked as a host of ${cluster}; before another cluster takes it, remove the mark: docker volume rm ${marker}, on it`;
  ctx.emit({ type: 'warning', message: `${name}: ${words}` });
}
