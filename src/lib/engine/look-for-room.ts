import { createPlacer } from '../scheduler/placer.js';
import { sharedVolumes } from '../scheduler/volumes.js';
import { unlessAborted } from '../unless-aborted.js';
import { keys } from './keys.js';
import { lookAgain } from './look-again.js';
import { considered, placementRequest, viewFor } from './picks.js';
import type { Unplaced, Wish } from './wish.js';
import { EMPTY_USAGE } from './placement.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, UsageRecord } from './records.js';

/**
 * Looks at the hosts for the room that a task has not by the records: whether it is worth placing again. A server whose
 * records are kept fresh knows of its own tasks all that a look would tell, so it answers at once, as ECS does, unless only
 * what is not its own is in the way: of that no event tells. Throws the signal's reason.
 */
export async function lookForRoom(ctx: EngineContext, wish: Wish, task: Unplaced): Promise<boolean> {
  const { fresh, shareLook, signal } = ctx;
  if (shareLook === undefined || !fresh.has(wish.cluster)) await unlessAborted(signal, lookAgain(ctx, wish));
  else if (await onlyOthersInTheWay(ctx, wish, task)) await unlessAborted(signal, shareLook(wish));
  else return false;
  return true;
}

/** Whether the task would have a place if the hosts had nothing on them but this state's own tasks. */
async function onlyOthersInTheWay(ctx: EngineContext, wish: Wish, task: Unplaced): Promise<boolean> {
  const { cluster, definition } = wish;
  // Made by hand, or gone: no event of a task tells of it.
  if (sharedVolumes(definition.definition).length > 0) return true;
  const prefix = keys.usages(cluster);
  const [instances, entries] = await Promise.all([
    ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) }),
    ctx.store.list<UsageRecord>({ prefix }),
  ]);
  const usages = new Map(entries.map(({ key, value }) => [key.slice(prefix.length), value]));
  const views = considered(
    wish,
    instances.map(({ value }) => value),
  ).map((instance) => {
    const usage = { ...(usages.get(instance.id) ?? EMPTY_USAGE), foreign: EMPTY_USAGE.foreign };
    return viewFor(wish, { ...instance, listening: [] }, usage);
  });
  return createPlacer(views, { random: ctx.random }).place(placementRequest(wish, task, views)).placed;
}
