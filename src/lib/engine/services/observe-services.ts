import { setImmediate as breath } from 'node:timers/promises';
import type { EngineContext } from '../context.js';
import type { EngineEvent } from '../events.js';
import { keys } from '../keys.js';
import type { InstanceRecord } from '../records.js';
import type { Committed } from './draft-plan.js';
import type { DriveOptions } from './driver.js';
import { News } from './news.js';
import { viewService } from './plan-service.js';
import { progressOf } from './service-progress.js';

/** Ms until time alone may have changed something. */
const LONGEST = 1000;

/**
 * As driveServices for who waits in a process that keeps the cluster anyway: it only looks on, so that what it would have begun
 * doesn't end with it. Throws the signal's reason when aborted.
 */
export async function observeServices(
  ctx: EngineContext,
  cluster: string,
  { names, isDone }: Pick<DriveOptions, 'isDone'> & { names: readonly string[] },
): Promise<void> {
  const news = new News(ctx.clock);
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  const hosts = new Set(instances.map(({ value }) => value.name));
  const leave = ctx.overhear?.((event) => {
    if (!isProgress(event, hosts)) return;
    ctx.emit(event);
    // A pull tells of itself many times a second, and changes no task.
    if (event.type === 'task-state') news.tell();
  });
  try {
    for (;;) {
      ctx.signal.throwIfAborted();
      const passes: Committed[] = [];
      for (const name of names) {
        const view = await viewService(ctx, cluster, name);
        if (view === undefined) continue;
        passes.push(view);
        ctx.emit(progressOf(view));
      }
      if (await isDone(passes, true)) return;
      await breath();
      await news.next(LONGEST, ctx.signal, () => ctx.store.commit({}));
    }
  } finally {
    leave?.();
  }
}

/** What moves on a terminal; what stays there is told by the records. */
const isProgress = (event: EngineEvent, hosts: ReadonlySet<string>): boolean =>
  (event.type === 'pull' || event.type === 'task-placed' || event.type === 'task-state') &&
  hosts.has(event.host);
