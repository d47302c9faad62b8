import { removeTask, stopHolder } from '../agent/stop.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { transact } from '../store/transact.js';
import { releaseAddress } from './addresses.js';
import { indexes, keys, putCleanup } from './keys.js';
import { reach } from './sight.js';
import type { EngineContext } from './context.js';
import type { Entry } from '../store/store.js';
import type { CleanupRecord, InstanceRecord, TaskRecord } from './records.js';

/** Most tasks whose containers one command removes from one host, so that cleaning never keeps anybody waiting. */
const MOST_A_HOST = 20;
const MOST_LOOKED_AT = 200;
/** Ms after which a start that was undone is looked for once more: a dead client's last request may have come late. */
const UNDONE = 60_000;

/**
 * Removes the containers of tasks that stopped longer ago than the settings keep them (ECS: 3 h). Done on hosts that
 * the command talks to anyway; their records, with exit codes and last log lines, stay.
 */
export async function cleanUp(
  ctx: EngineContext,
  cluster: string,
  instances: ReadonlySet<string>,
): Promise<void> {
  await Promise.all([...instances].map((id) => cleanHost(ctx, cluster, id)));
}

async function cleanHost(ctx: EngineContext, cluster: string, id: string): Promise<void> {
  const [held, due] = await Promise.all([
    ctx.store.list<CleanupRecord>({ index: indexes.held(cluster, id), limit: MOST_A_HOST }),
    dueEntries(ctx, cluster, id),
  ]);
  if (held.length + due.length === 0) return;
  const instance = await ctx.store.get<InstanceRecord>(keys.instance(cluster, id));
  try {
    const host = instance === undefined ? undefined : await reach(ctx, instance.value);
    if (host !== undefined) {
      await Promise.all(held.map((entry) => releaseHolder(ctx, host, entry)));
      await Promise.all(due.map((entry) => removeTask(host, entry.value.id)));
    } else if (instance !== undefined) return;
  } catch (error) {
    // It will be tried again; a leftover container is no reason to fail what the user asked for.
    if (error instanceof HostError || ctx.signal.aborted) return;
    throw error;
  }
  await ctx.store.commit({ deletes: due.map((entry) => entry.key) });
}

/**
 * Stops the holder of a task that ended by itself: nothing does that on the host. Its logs are kept, and so
 * is its container, until the task's time is over.
 */
async function releaseHolder(
  ctx: EngineContext,
  host: DockerHost,
  { key, value: { held: _, address, ...record } }: Entry<CleanupRecord>,
): Promise<void> {
  await stopHolder(host, record.id);
  await transact(ctx.store, ctx, async (draft) => {
    if ((await draft.get<CleanupRecord>(key)) === undefined) return;
    draft.put(putCleanup(key, record));
    const [, cluster = ''] = key.split('/');
    await releaseAddress(draft, { cluster, id: record.id, address });
  });
}

/** As cleanUp does for all: the holder of this stopped task, at once. Throws HostError. */
export async function releaseHolderOf(ctx: EngineContext, host: DockerHost, task: TaskRecord): Promise<void> {
  if (task.lastStatus !== 'STOPPED' || task.holder === undefined || task.holder.lastStatus === 'STOPPED')
    return;
  const key = keys.cleanup(task.cluster, task.instance, task.stoppedAt ?? 0, task.id);
  const entry = await ctx.store.get<CleanupRecord>(key);
  if (entry?.value.held) await releaseHolder(ctx, host, entry);
}

/** Those whose time is over. */
async function dueEntries(ctx: EngineContext, cluster: string, id: string): Promise<Entry<CleanupRecord>[]> {
  const entries = await ctx.store.list<CleanupRecord>({
    prefix: keys.cleanups(cluster, id),
    limit: MOST_LOOKED_AT,
  });
  const isDue = (entry: Entry<CleanupRecord>) => {
    const wait = entry.value.neverRan ? UNDONE : ctx.settings.cleanupWait;
    return ctx.clock() - stoppedAt(entry.key) > Math.min(wait, ctx.settings.cleanupWait);
  };
  return entries.filter(isDue).slice(0, MOST_A_HOST);
}

const stoppedAt = (cleanupKey: string) => Number(cleanupKey.split('/').at(-2));
