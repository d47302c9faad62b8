import type { PulledImage } from '../../agent/pull.js';
import type { Entry } from '../../store/store.js';
import { transact } from '../../store/transact.js';
import { keys } from '../keys.js';
import { messageOf } from '../message-of.js';
import type { EngineContext } from '../context.js';
import type { ImageRecord, InstanceRecord } from '../records.js';

/** Images on record per instance; of more, the least recently used are left to `prune --images`. */
const MOST = 500;
/** Ms to which it is known when an image was last used: the next task within them writes nothing. */
const PRECISION = 10 * 60_000;

/**
 * Writes down that an image was pulled to an instance, or that a task takes one that is on record. Called once for an
 * image and host in an operation; images that were there before are none of ours and leave no record. A task doesn't
 * fail for it.
 */
export async function noteImage(
  ctx: EngineContext,
  { cluster, id: instance }: InstanceRecord,
  name: string,
  image: PulledImage,
): Promise<void> {
  const key = keys.image(cluster, instance, image.id);
  const now = ctx.clock();
  try {
    const known = await ctx.store.get<ImageRecord>(key);
    if (known === undefined && !image.brought) return;
    if (known?.value.names.includes(name) && now - known.value.lastUsedAt < PRECISION) return;
    if (known === undefined) await makeRoom(ctx, cluster, instance);
    await transact(ctx.store, ctx, async (draft) => {
      const current = await draft.get<ImageRecord>(key);
      const { names = [], pulledAt = now } = current ?? {};
      const all = image.brought && !names.includes(name) ? [...names, name] : names;
      if (all.length > 0) draft.put({ key, value: { id: image.id, names: all, pulledAt, lastUsedAt: now } });
    });
  } catch (error) {
    const why = `${name}: that it was pulled could not be written down, so it will not be cleaned up by itself: ${messageOf(error)}`;
    ctx.emit({ type: 'warning', message: why });
  }
}

export const imagesOnRecord = (
  ctx: EngineContext,
  cluster: string,
  instance: string,
): Promise<Entry<ImageRecord>[]> =>
  ctx.store.list<ImageRecord>({ prefix: keys.images(cluster, instance), limit: MOST });

async function makeRoom(ctx: EngineContext, cluster: string, instance: string): Promise<void> {
  if ((await ctx.store.count({ prefix: keys.images(cluster, instance) })) < MOST) return;
  const entries = await imagesOnRecord(ctx, cluster, instance);
  const [oldest] = entries.sort((a, b) => a.value.lastUsedAt - b.value.lastUsedAt);
  if (oldest !== undefined) await ctx.store.commit({ deletes: [oldest.key] });
}

/** For an instance that leaves its cluster. */
export async function forgetImages(ctx: EngineContext, cluster: string, instance: string): Promise<void> {
  const entries = await imagesOnRecord(ctx, cluster, instance);
  await ctx.store.commit({
    deletes: [...entries.map(({ key }) => key), keys.imageCleanUp(cluster, instance)],
  });
}
