import { failedToStart } from './failed-start.js';
import { keys } from './keys.js';
import { startAnswered } from './start-placed.js';
import { suppliesOf } from './supplies.js';
import { updateTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { DefinitionRecord, TaskRecord } from './records.js';

/**
 * Goes on with the start of a task that was answered for and that nobody works on, on the host that it was placed on; what
 * runs of it already is taken over (startTask). Returns when it runs or has stopped. Should it be placed again, only what its
 * definition asks of hosts counts: what the call asked for is not kept.
 */
export async function resumeStart(ctx: EngineContext, task: TaskRecord): Promise<void> {
  const ours = await claim(ctx, task);
  if (ours?.desiredStatus !== 'RUNNING') return;
  const { id, family, revision } = task;
  const definition = (await ctx.store.get<DefinitionRecord>(keys.definition(family, revision)))?.value;
  if (definition === undefined) {
    await failedToStart(ctx, ours, `Task failed to start: the task definition ${family}:${revision} is gone`);
    return;
  }
  ctx.emit({ type: 'settled', taskId: id, what: 'start goes on' });
  const supplies = suppliesOf(ctx, definition, ours.overrides);
  const { cluster } = task;
  const wish = { cluster, definition, supplies, constraints: [], strategy: [], random: () => ctx.random };
  await startAnswered(ctx, wish, [ours]);
}

/** undefined where another has it, of this process or another. */
async function claim(ctx: EngineContext, task: TaskRecord): Promise<TaskRecord | undefined> {
  const owner = await ctx.owner();
  if (task.owner === owner && !ctx.abandoned.delete(task.id)) return undefined;
  let isOurs = false;
  const record = await updateTask(ctx, task.cluster, task.id, (current) => {
    isOurs = current.owner === task.owner;
    return isOurs ? { ...current, owner } : current;
  });
  return isOurs ? record : undefined;
}
