import type { OperationInput, OperationOutput } from '../api/operations.js';
import { taskNotFound } from '../api/errors.js';
import { HostError } from '../hosts/host-error.js';
import { unlessAborted } from '../unless-aborted.js';
import { cleanUp } from './clean-up.js';
import { activeCluster } from './clusters.js';
import { keys } from './keys.js';
import { letGo } from './owner.js';
import { presentTasks } from './present.js';
import { reach } from './sight.js';
import { carryOutStop } from './settle.js';
import { settleBeside } from './settling.js';
import { requestStop } from './task-life.js';
import { readTask, updateTask } from './task-records.js';
import { resolveTask } from './tasks.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord } from './records.js';

/**
 * Stops a task: SIGTERM, its stop timeout, SIGKILL; returns when it has stopped, or before where the context carries on. Where the host doesn't answer, the
 * wish stands in the records and the next settling verb carries it out. Stopping a stopped task gives it as it is.
 * Errors: ClusterNotFoundException, InvalidParameterException.
 */
export async function stopTask(
  input: OperationInput<'StopTask'>,
  ctx: EngineContext,
): Promise<OperationOutput<'StopTask'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const id = await resolveTask(ctx, cluster, input.task);
  const owner = await ctx.owner();
  const cause = { code: 'UserInitiated' as const, reason: input.reason ?? 'Task stopped by user' };
  const record = await updateTask(ctx, cluster, id, (r) => ({
    ...requestStop(r, cause, ctx.clock()),
    owner,
  }));
  if (record === undefined) throw taskNotFound(input.task);
  const { carryOn } = ctx;
  if (carryOn === undefined) await stopBesideSettling(ctx, record);
  else if (record.lastStatus !== 'STOPPED') carryOn(() => stopNow(ctx, record));
  const after = (await readTask(ctx, cluster, id)) ?? record;
  const [task] = await presentTasks(ctx, cluster, [after]);
  return { task };
}

async function stopBesideSettling(ctx: EngineContext, record: TaskRecord): Promise<void> {
  const settling = settleBeside(ctx, record.cluster);
  try {
    if (record.lastStatus !== 'STOPPED') await stopNow(ctx, record);
  } finally {
    await settling.end();
  }
}

async function stopNow(ctx: EngineContext, record: TaskRecord): Promise<void> {
  const { cluster } = record;
  const instance = await ctx.store.get<InstanceRecord>(keys.instance(cluster, record.instance));
  let done = false;
  try {
    done = await stopOnHost(ctx, record, instance?.value);
  } finally {
    if (!done) await letGo(ctx, record);
  }
  if (!done) {
    tellUnfinished(ctx, record, 'will be stopped once its host answers');
  }
  await cleanUp(ctx, cluster, new Set([record.instance]));
}

/** Whether the stop was carried out. Throws the signal's reason when aborted: the wish stands in the records. */
async function stopOnHost(
  ctx: EngineContext,
  record: TaskRecord,
  instance: InstanceRecord | undefined,
): Promise<boolean> {
  const host = instance === undefined ? undefined : await reach(ctx, instance);
  if (host === undefined) return false;
  try {
    await unlessAborted(ctx.signal, carryOutStop(ctx, host, record));
    return true;
  } catch (error) {
    if (ctx.signal.aborted) tellUnfinished(ctx, record, 'is to stop all the same');
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: host.name, error });
    return false;
  }
}

function tellUnfinished(ctx: EngineContext, { id, cluster }: TaskRecord, what: string): void {
  const message = `task ${id.slice(0, 8)} ${what}: longshore reconcile --cluster ${cluster} sees to it`;
  ctx.emit({ type: 'note', message });
}
