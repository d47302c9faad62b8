import type { PrunedImage } from '../../api/operation-types.js';
import type { DockerHost, ImageSummary } from '../../hosts/docker-host.js';
import { HostError } from '../../hosts/host-error.js';
import type { Put } from '../../store/store.js';
import { keys } from '../keys.js';
import { namesToRemove } from '../prune/unused-images.js';
import type { EngineContext } from '../context.js';
import type { ImageRecord, InstanceRecord } from '../records.js';
import { dueImages } from './due-images.js';
import { imagesOnRecord } from './image-records.js';
import { imagesInUse } from './image-use.js';

export interface CleanImagesOptions {
  dryRun?: boolean;
  /** Ids of containers that are removed, or would be: they use nothing. */
  without?: ReadonlySet<string>;
}

export interface CleanedImages {
  removed: PrunedImage[];
  /** How many more may go, in later cycles. */
  left: number;
}

/** Where the last cycle on this instance is long enough ago, one cycle; else nothing is asked of the host. */
export async function cleanImagesByTime(
  ctx: EngineContext,
  instance: InstanceRecord,
  host: DockerHost,
): Promise<number> {
  const key = keys.imageCleanUp(instance.cluster, instance.id);
  const last = (await ctx.store.get<{ at: number }>(key))?.value.at ?? -Infinity;
  if (ctx.clock() - last < ctx.settings.imageCleanUp.interval) return 0;
  try {
    return (await cleanImages(ctx, instance, host)).removed.length;
  } catch (error) {
    // An image that stays is no reason to fail what the user asked for: it will be tried again.
    if (error instanceof HostError) return 0;
    throw error;
  }
}

/**
 * One cycle of ECS's image clean-up on a host: of the images that were pulled there for tasks and that nothing uses, so
 * many as a cycle removes. Nothing is asked of the host where none is on record. Throws HostError.
 */
export async function cleanImages(
  ctx: EngineContext,
  { cluster, id: instance }: InstanceRecord,
  host: DockerHost,
  { dryRun = false, without = new Set() }: CleanImagesOptions = {},
): Promise<CleanedImages> {
  const { disabled, minimumAge, perCycle, exclude } = ctx.settings.imageCleanUp;
  const records = disabled ? [] : await imagesOnRecord(ctx, cluster, instance);
  if (records.length === 0) return { removed: [], left: 0 };
  const { images, use } = await imagesInUse(ctx, cluster, host, without);
  const found = dueImages(
    records.map(({ value }) => value),
    images,
    use,
    { now: ctx.clock(), minimumAge, exclude },
  );
  const removed: ImageSummary[] = [];
  for (const image of found.due.slice(0, perCycle)) {
    ctx.signal.throwIfAborted();
    if (dryRun || (await removeImage(host, namesToRemove(image)))) removed.push(image);
  }
  if (!dryRun) {
    const gone = new Set([...found.gone, ...removed.map(({ id }) => id)]);
    const used = records.filter(({ value }) => found.inUse.includes(value.id)).map(({ value }) => value);
    await remember(ctx, { cluster, instance }, gone, used);
  }
  return {
    removed: removed.map((image) => ({ id: image.id, names: namesToRemove(image), size: image.size })),
    left: Math.max(0, found.due.length - perCycle),
  };
}

/** Whether it is gone. One that somebody has begun to use meanwhile, or that others are made of, stays. */
export async function removeImage(host: DockerHost, names: readonly string[]): Promise<boolean> {
  try {
    for (const name of names) await host.removeImage(name);
    return true;
  } catch (error) {
    if (error instanceof HostError && error.status === 409) return false;
    throw error;
  }
}

/** What containers refer to now is in use until now: so what comes out of use is not the least recently used. */
async function remember(
  ctx: EngineContext,
  { cluster, instance }: { cluster: string; instance: string },
  gone: ReadonlySet<string>,
  used: readonly ImageRecord[],
): Promise<void> {
  const now = ctx.clock();
  const puts: Put[] = used.map((record) => ({
    key: keys.image(cluster, instance, record.id),
    value: { ...record, lastUsedAt: now },
  }));
  await ctx.store.commit({
    puts: [...puts, { key: keys.imageCleanUp(cluster, instance), value: { at: now } }],
    deletes: [...gone].map((id) => keys.image(cluster, instance, id)),
  });
}
