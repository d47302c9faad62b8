import { refresh } from './refresh.js';
import type { EngineContext } from './context.js';
import type { Wish } from './place.js';

/** Looks at the hosts that a wish considers: tasks may have ended while nobody looked, other users may have gone. */
export async function lookAgain(ctx: EngineContext, { cluster, only }: Wish): Promise<void> {
  await refresh(ctx, cluster, { usage: true, ...(only === undefined ? {} : { only: new Set([only]) }) });
}
