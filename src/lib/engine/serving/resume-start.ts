import type { EngineContext } from '../context.js';
import { failedToStart } from '../failed-start.js';
import { keys } from '../keys.js';
import type { DefinitionRecord, TaskRecord } from '../records.js';
import { carryOnStarting } from '../start-placed.js';
import { suppliesOf } from '../supplies.js';
import { updateTask } from '../task-records.js';

/**
 * Goes on with the start of a task whose owner is gone, on the host that it was placed on; what runs of it already is taken
 * over (startTask). Should it be placed again, only what its definition asks of hosts counts: what the call asked for is
 * not kept.
 */
export async function resumeStart(ctx: EngineContext, task: TaskRecord): Promise<void> {
  const owner = await ctx.owner();
  const { cluster, id, family, revision } = task;
  const ours = await updateTask(ctx, cluster, id, (record) =>
    record.owner === task.owner ? { ...record, owner } : record,
  );
  if (ours?.owner !== owner || ours.desiredStatus !== 'RUNNING') return;
  const definition = (await ctx.store.get<DefinitionRecord>(keys.definition(family, revision)))?.value;
  if (definition === undefined) {
    await failedToStart(ctx, ours, `Task failed to start: the task definition ${family}:${revision} is gone`);
    return;
  }
  const supplies = suppliesOf(ctx, definition, ours.overrides);
  const random = () => ctx.random;
  carryOnStarting(ctx, { cluster, definition, supplies, constraints: [], strategy: [], random }, [ours]);
  ctx.emit({ type: 'settled', taskId: id, what: 'start goes on' });
}
