import type { OperationOutput } from '../api/operations.js';
import { StoreError } from '../store/store.js';
import { cleanUp } from './clean-up.js';
import { messageOf } from './message-of.js';
import type { Placed } from './wish.js';
import type { Placing } from './placing.js';
import { presentTasks } from './present.js';
import { Starting, type Started } from './start.js';
import type { SuppliedWish } from './supplies.js';
import { pruneHistory } from './task-records.js';
import type { CarryOn, EngineContext } from './context.js';
import type { TaskRecord } from './records.js';

/**
 * Places tasks and starts them. What has a place by the records starts at once; the rest is placed beside that, after a
 * look at the hosts. Throws as Placing does where none has a place yet, and never after that. Where the context carries
 * on with what has been answered, it returns when all that can have a place has one.
 */
export async function placeAndStart(
  ctx: EngineContext,
  wish: SuppliedWish,
  placing: Placing,
): Promise<Started> {
  const placed = await placing.first();
  if ('known' in placed) return { tasks: placed.known, failures: [], faults: [] };
  const { carryOn } = ctx;
  if (carryOn !== undefined) return placeAndCarryOn(ctx, wish, placing, placed, carryOn);
  const starting = new Starting(ctx, wish);
  const [first, rest] = await Promise.all([
    starting.start(placed.tasks),
    startRest(ctx, placing, placed, starting),
  ]);
  return together([first, rest]);
}

async function placeAndCarryOn(
  ctx: EngineContext,
  wish: SuppliedWish,
  placing: Placing,
  first: Placed,
  carryOn: CarryOn,
): Promise<Started> {
  const rest = await placing.again(first);
  const tasks = [...first.tasks, ...rest.tasks];
  carryOn(() => startAnswered(ctx, wish, tasks));
  return { tasks, failures: rest.failures, faults: [] };
}

/** Starts tasks that have been answered for; what becomes of them shows in their records. */
export async function startAnswered(
  ctx: EngineContext,
  wish: SuppliedWish,
  tasks: readonly TaskRecord[],
): Promise<void> {
  const { faults } = await new Starting(ctx, wish).start(tasks);
  for (const message of new Set(faults.map(wordsOf))) ctx.emit({ type: 'warning', message });
}

async function startRest(
  ctx: EngineContext,
  placing: Placing,
  placed: Placed,
  starting: Starting,
): Promise<Started> {
  try {
    const more = await placing.again(placed);
    const started = await starting.start(more.tasks);
    return { ...started, failures: [...more.failures, ...started.failures] };
  } catch (fault) {
    return { tasks: [], failures: placed.failures, faults: ctx.signal.aborted ? [] : [fault] };
  }
}

export const together = (all: readonly Started[]): Started => ({
  tasks: all.flatMap(({ tasks }) => tasks),
  failures: all.flatMap(({ failures }) => failures),
  faults: all.flatMap(({ faults }) => faults),
});

/**
 * The answer of an operation that has started tasks, after what is past its time was cleaned up on the same hosts. A
 * fault is thrown only where no task runs: of those that do, who started them must learn.
 */
export async function answerOf(
  ctx: EngineContext,
  cluster: string,
  { tasks, failures, faults }: Started,
): Promise<OperationOutput<'RunTask'>> {
  const anyRuns = tasks.some(({ desiredStatus }) => desiredStatus === 'RUNNING');
  if (faults.length > 0 && !anyRuns) throw faults[0];
  for (const message of new Set(faults.map(wordsOf))) ctx.emit({ type: 'warning', message });
  // Who carries on keeps house as well.
  if (!ctx.signal.aborted && ctx.carryOn === undefined) await tidyUp(ctx, cluster, tasks);
  return { tasks: await presentTasks(ctx, cluster, tasks, { tags: true }), failures };
}

/** Where the state failed, the tasks may run all the same: it is their records that lag behind. */
const wordsOf = (fault: unknown): string =>
  fault instanceof StoreError
    ? `the start could not all be recorded: ${fault.message}; mend that, then run longshore reconcile`
    : `not all tasks could be started: ${messageOf(fault)}`;

async function tidyUp(ctx: EngineContext, cluster: string, tasks: readonly TaskRecord[]): Promise<void> {
  try {
    await cleanUp(ctx, cluster, new Set(tasks.map(({ instance }) => instance)));
    await pruneHistory(ctx, cluster);
  } catch (error) {
    ctx.emit({ type: 'warning', message: `what is past its time was not cleaned up: ${messageOf(error)}` });
  }
}
