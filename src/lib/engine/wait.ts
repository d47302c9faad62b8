import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { taskArn } from '../api/arn.js';
import { emptyList } from '../api/errors.js';
import { holderName } from '../agent/names.js';
import { waitForStop } from '../agent/watch.js';
import { HostError } from '../hosts/host-error.js';
import { unlessAborted } from '../unless-aborted.js';
import { activeCluster } from './clusters.js';
import { releaseHolderOf } from './clean-up.js';
import { exitCodeOf } from './exit-code.js';
import { keys } from './keys.js';
import { presentTasks } from './present.js';
import { foldAndSave } from './fold.js';
import { observeTask } from './sight.js';
import { ownerWatch } from './owner.js';
import { carryOutStop, endWithoutHost, settleTask } from './settle.js';
import { readTask } from './task-records.js';
import { missingTask, refreshTasks, resolveTasks } from './tasks.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord } from './records.js';

/** Between two looks at a task that nothing can be waited on for (still starting, elsewhere). */
const POLL = 500;
/** Ms; a longer timer of Node.js ends at once. */
const LONGEST = 2 ** 31 - 1;
/** How long a host may stay away before the wait for its tasks is given up. */
const PATIENCE = 60_000;

type Until = 'RUNNING' | 'STOPPED';

/**
 * Waits until the tasks have stopped, or until they run, for `timeout` seconds, or until aborted; answers with the tasks
 * as they are then. A wait for RUNNING ends at once where one has stopped or is unknown, since then they never all run.
 * Where an essential container ends, the rest of its task is stopped. A dropped connection is made again; a task whose
 * host stays away for a minute is given up, and the others are waited for.
 * Errors: ClusterNotFoundException, InvalidParameterException.
 */
export async function waitTasks(
  input: OperationInput<'WaitTasks'>,
  ctx: EngineContext,
): Promise<OperationOutput<'WaitTasks'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  if (input.tasks.length === 0) throw emptyList('Tasks');
  const until = input.until ?? 'STOPPED';
  const ids = await resolveTasks(ctx, cluster, input.tasks);
  const over = new AbortController();
  const { timeout = Infinity } = input;
  const timer = setTimeout(() => over.abort(), Math.min(timeout * 1000, LONGEST));
  const bounded = { ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) };
  try {
    // What runs by the records may have ended since.
    if (until === 'RUNNING') await refreshTasks(bounded, cluster, ids);
    const ended = await Promise.all(
      ids.map(async (id) => {
        const record = await waitFor(bounded, cluster, id, until);
        if (until === 'RUNNING' && record?.lastStatus !== 'RUNNING') over.abort();
        return record;
      }),
    );
    return await answer(ctx, cluster, ids, ended);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

async function answer(
  ctx: EngineContext,
  cluster: string,
  ids: readonly string[],
  ended: readonly (TaskRecord | undefined)[],
): Promise<OperationOutput<'WaitTasks'>> {
  const there = ended.filter((record) => record !== undefined);
  const missing = ids.filter((_, i) => ended[i] === undefined);
  return {
    tasks: await presentTasks(ctx, cluster, there),
    failures: missing.map((id) => missingTask(ctx, cluster, id)),
    exitCodes: ids.map((id, i) => ({
      taskArn: taskArn(ctx.identity, cluster, id),
      exitCode: exitCodeOf(ended[i]),
    })),
  };
}

/** The task as it stopped or runs, or as it is when it is given up or the wait is over; undefined if it is unknown. */
async function waitFor(
  ctx: EngineContext,
  cluster: string,
  id: string,
  until: Until,
): Promise<TaskRecord | undefined> {
  let awaySince: number | undefined;
  for (;;) {
    const record = await readTask(ctx, cluster, id);
    if (record === undefined || ctx.signal.aborted) return record;
    if (record.lastStatus === 'STOPPED' || record.lastStatus === until) return record;
    try {
      await unlessAborted(ctx.signal, nextChange(ctx, record, until));
      awaySince = undefined;
    } catch (error) {
      if (ctx.signal.aborted) return (await readTask(ctx, cluster, id)) ?? record;
      if (!(error instanceof HostError)) throw error;
      if (awaySince === undefined) ctx.emit({ type: 'warning', message: `${error.message}; trying again` });
      awaySince ??= ctx.clock();
      if (ctx.clock() - awaySince > PATIENCE) {
        ctx.emit({ type: 'host-failed', host: error.host, error });
        return (await readTask(ctx, cluster, id)) ?? record;
      }
      await sleep(1000, undefined, { signal: ctx.signal }).catch(() => undefined);
    }
  }
}

/** Throws HostError where the host doesn't answer, and the signal's reason. */
async function nextChange(ctx: EngineContext, record: TaskRecord, until: Until): Promise<void> {
  const { cluster, owner } = record;
  const isStarting = owner !== undefined && record.desiredStatus === 'RUNNING';
  if (isStarting && !(await ownerWatch(ctx)(owner))) return pause(ctx);
  const instance = await ctx.store.get<InstanceRecord>(keys.instance(cluster, record.instance));
  if (instance === undefined) return endWithoutHost(ctx, record);
  const { address, name } = instance.value;
  const host = await ctx.hosts.connect(address, name, { retry: true, signal: ctx.signal });
  ctx.emit({ type: 'task-watched', taskId: record.id, host: name, lastStatus: record.lastStatus });
  // Left over by a process that is gone.
  if (isStarting) return settleTask(ctx, host, record);
  const essential = record.containers.flatMap((c) =>
    c.essential && c.runtimeId !== undefined && c.lastStatus !== 'PENDING'
      ? [{ id: c.runtimeId, containerName: c.name }]
      : [],
  );
  const holder = record.holder && [{ id: record.holder.runtimeId, containerName: holderName }];
  if (until === 'STOPPED' && essential.length > 0)
    await waitForStop(host, [...essential, ...(holder ?? [])], ctx.signal);
  else await pause(ctx);
  const after = await foldAndSave(ctx, host, record, await observeTask(host, record));
  if (after?.lastStatus === 'STOPPING') await carryOutStop(ctx, host, after);
  else if (after) await releaseHolderOf(ctx, host, after);
}

const pause = (ctx: EngineContext): Promise<void> => sleep(POLL, undefined, { signal: ctx.signal });
