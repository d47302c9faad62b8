import type { EngineContext } from '../context.js';
import { keys } from '../keys.js';
import { isOver, ownerWatch } from '../owner.js';
import type { WatcherRecord } from './records.js';

/** Notes that this process keeps a cluster's services until it ends; the returned function takes that back. */
export async function noteWatcher(ctx: EngineContext, cluster: string): Promise<() => Promise<void>> {
  const owner = await ctx.owner();
  const key = keys.watcher(cluster, owner);
  const value: WatcherRecord = { owner, since: ctx.clock() };
  await ctx.store.commit({ puts: [{ key, value }] });
  return async () => {
    await ctx.store.commit({ deletes: [key] });
  };
}

/** Whether a process that lives keeps the cluster's services. */
export async function isWatched(ctx: EngineContext, cluster: string): Promise<boolean> {
  const watchers = await ctx.store.list<WatcherRecord>({ prefix: keys.watchers(cluster) });
  const isGone = ownerWatch(ctx);
  const gone = await Promise.all(watchers.map(({ value }) => isGone(value.owner)));
  return gone.includes(false);
}

/** Removes what dead watchers have left. One that is suspended watches again when it goes on. */
export async function forgetGoneWatchers(ctx: EngineContext, cluster: string): Promise<void> {
  const watchers = await ctx.store.list<WatcherRecord>({ prefix: keys.watchers(cluster) });
  const over = await Promise.all(watchers.map(({ value }) => isOver(ctx, value.owner)));
  const deletes = watchers.filter((_, i) => over[i]).map(({ key }) => key);
  if (deletes.length > 0) await ctx.store.commit({ deletes });
}
