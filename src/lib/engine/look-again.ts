import { sharedVolumes } from '../scheduler/volumes.js';
import { refresh } from './refresh.js';
import type { EngineContext } from './context.js';
import type { Wish } from './wish.js';

/**
 * Looks at the hosts that a wish considers: tasks may have ended while nobody looked, other users may have gone, and a
 * shared volume that it needs may have been made by hand.
 */
export async function lookAgain(ctx: EngineContext, { cluster, definition, only }: Wish): Promise<void> {
  const volumes = sharedVolumes(definition.definition).map(({ name }) => name);
  const options = { usage: true, volumes };
  await refresh(ctx, cluster, only === undefined ? options : { ...options, only: new Set([only]) });
}
