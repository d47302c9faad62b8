import type { Draft } from '../store/transact.js';
import { lookAgain } from './look-again.js';
import { placeTasks, type Placed, type Unplaced, type Wish } from './place.js';
import type { Settling } from './settling.js';
import type { EngineContext } from './context.js';

/**
 * Places on what the records say. Where that leaves some without a place, the hosts are looked at (tasks may have
 * ended while nobody looked, other users of the hosts have gone) and the rest is placed once more. `also` goes with
 * what is written. Errors: as placeTasks.
 */
export async function placeWithFreshLook(
  ctx: EngineContext,
  wish: Wish,
  tasks: readonly Unplaced[],
  settling: Settling,
  also?: (draft: Draft, placed: Placed) => Promise<void>,
): Promise<Placed> {
  const placed = await placeTasks(ctx, wish, tasks, also);
  if (placed.failures.length === 0) return placed;
  await settling.patiently();
  await lookAgain(ctx, wish);
  const ids = new Set(placed.tasks.map((t) => t.id));
  const rest = tasks.filter((t) => !ids.has(t.id));
  const more = await placeTasks(ctx, wish, rest, also);
  return { tasks: [...placed.tasks, ...more.tasks], failures: more.failures };
}
