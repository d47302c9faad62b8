import { ownVolumes, removeVolume, type OwnVolume } from '../../agent/volumes.js';
import type { PrunedVolume } from '../../api/operation-types.js';
import type { DockerHost } from '../../hosts/docker-host.js';
import { keys } from '../keys.js';
import type { EngineContext } from '../context.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import { STARTING } from './leftovers.js';

export interface TasksOnHost {
  /** Ids of those that have containers there. */
  seen: { has(taskId: string): boolean };
  /** Ids of those whose containers are removed, or would be. */
  gone: ReadonlySet<string>;
}

/**
 * Volumes of a host that belonged to one task alone and that nothing needs any more: its containers go, or have gone
 * before. One of a task that nobody knows may be of another state's that is just being started: it has to be older.
 * Throws HostError.
 */
export async function leftVolumes(
  ctx: EngineContext,
  { cluster, clockOffset }: InstanceRecord,
  host: DockerHost,
  { seen, gone }: TasksOnHost,
): Promise<OwnVolume[]> {
  const left: OwnVolume[] = [];
  for (const volume of await ownVolumes(host, cluster)) {
    const { taskId, createdAt } = volume;
    if (gone.has(taskId)) left.push(volume);
    if (seen.has(taskId)) continue;
    const [live, past] = await ctx.store.getMany<TaskRecord>([
      keys.task(cluster, taskId),
      keys.stopped(cluster, taskId),
    ]);
    const isOver = past !== undefined || ctx.clock() + clockOffset - createdAt >= STARTING;
    if (live === undefined && isOver) left.push(volume);
  }
  return left;
}

/** Those that are gone; what stays, because something uses it or its driver keeps it, is told of. Throws HostError. */
export async function removeLeft(
  ctx: EngineContext,
  host: DockerHost,
  volumes: readonly OwnVolume[],
): Promise<OwnVolume[]> {
  const removed: OwnVolume[] = [];
  for (const volume of volumes) {
    ctx.signal.throwIfAborted();
    const why = await removeVolume(host, volume.name);
    if (why === undefined) removed.push(volume);
    else ctx.emit({ type: 'note', message: `${host.name}: a volume stays: ${why}` });
  }
  return removed;
}

export const describeVolume = ({ taskId, volume, name }: OwnVolume): PrunedVolume => ({
  taskId,
  name: volume,
  dockerName: name,
});
