import { removeTask } from '../agent/stop.js';
import { HostError } from '../hosts/host-error.js';
import { keys } from './keys.js';
import { reach } from './sight.js';
import type { EngineContext } from './context.js';
import type { Entry } from '../store/store.js';
import type { CleanupRecord, InstanceRecord } from './records.js';

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
  const entries = await ctx.store.list<CleanupRecord>({
    prefix: keys.cleanups(cluster, id),
    limit: MOST_LOOKED_AT,
  });
  const isDue = (entry: Entry<CleanupRecord>) => {
    const wait = entry.value.neverRan ? UNDONE : ctx.settings.cleanupWait;
    return ctx.clock() - stoppedAt(entry.key) > Math.min(wait, ctx.settings.cleanupWait);
  };
  const due = entries.filter(isDue).slice(0, MOST_A_HOST);
  if (due.length === 0) return;
  const instance = await ctx.store.get<InstanceRecord>(keys.instance(cluster, id));
  try {
    const host = instance === undefined ? undefined : await reach(ctx, instance.value);
    if (host !== undefined) await Promise.all(due.map((entry) => removeTask(host, entry.value.id)));
    else if (instance !== undefined) return;
  } catch (error) {
    // It will be tried again; a leftover container is no reason to fail what the user asked for.
    if (error instanceof HostError || ctx.signal.aborted) return;
    throw error;
  }
  await ctx.store.commit({ deletes: due.map((entry) => entry.key) });
}

const stoppedAt = (cleanupKey: string) => Number(cleanupKey.split('/').at(-2));
