import { label } from '../agent/labels.js';
import { isHolder } from '../agent/names.js';
import { hasEnded, observeHost } from '../agent/observe.js';
import { removeContainers, stopTask as stopContainers } from '../agent/stop.js';
import type { ObservedContainer } from '../agent/types.js';
import { removeVolumesOf } from '../agent/volumes.js';
import { HostError } from '../hosts/host-error.js';
import { keys } from './keys.js';
import type { Sighting } from './refresh.js';
import { stopOrder } from './settle.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord } from './records.js';

/** Ms after which containers that were created and never started, and that no record knows, stand for nobody. */
const ABANDONED = 10 * 60_000;

/**
 * Ends what of tasks that have ended still runs on a host, and removes what nobody started. A sighting may be older than
 * what was settled since: what seems to be a stray is looked at again. What has run stays until its time is over, with
 * its logs. Returns how many containers were stopped or removed.
 */
export async function removeStrays(
  ctx: EngineContext,
  cluster: string,
  { instance, host, tasks }: Sighting,
): Promise<number> {
  let removed = 0;
  const say = (id: string, what: string) => `${instance.name}: containers of task ${id} ${what}`;
  try {
    for (const [id, seen] of tasks) {
      const [live, past] = await ctx.store.getMany<TaskRecord>([
        keys.task(cluster, id),
        keys.stopped(cluster, id),
      ]);
      const among = (containers: readonly ObservedContainer[]) =>
        strays(containers, live?.value, past?.value, instance, ctx.clock());
      if (isNone(among(seen))) continue;
      const { stop, remove, strange } = among(await observeHost(host, { taskId: id }));
      if (strange.length > 0) {
        ctx.emit({
          type: 'warning',
          message: say(id, "run there, but by the records it is another host's task: look at both hosts"),
        });
      }
      if (stop.length + remove.length === 0) continue;
      if (past !== undefined) await stopContainers(host, stop, stopOrder(ctx, past.value));
      // What held a task's namespaces can't know that the task has ended.
      if ([...stop, ...remove].every(isHolder)) continue;
      await removeContainers(
        host,
        remove.map((c) => c.id),
      );
      // What other containers of the task use stays.
      if (remove.length > 0) await removeVolumesOf(host, id);
      const what = stop.length > 0 ? 'stopped' : 'removed';
      ctx.emit({ type: 'note', message: say(id, `that no record asks for were ${what}`) });
      removed += stop.length + remove.length;
    }
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: instance.name, error });
  }
  return removed;
}

const isNone = ({ stop, remove, strange }: Strays) => stop.length + remove.length + strange.length === 0;

interface Strays {
  /** They run, and their task has ended. */
  stop: ObservedContainer[];
  /** They never ran, and never will. */
  remove: ObservedContainer[];
  /** They run, and by the records their task is another host's. */
  strange: ObservedContainer[];
}

/**
 * What of a task's containers on a host may not be. Records may have been made of what a host shows, and one in the
 * wrong hands shows what it likes: so a record of another host never ends what runs here. Pure.
 */
function strays(
  containers: readonly ObservedContainer[],
  live: TaskRecord | undefined,
  past: TaskRecord | undefined,
  instance: InstanceRecord,
  now: number,
): Strays {
  const none: Strays = { stop: [], remove: [], strange: [] };
  const record = live ?? past;
  const created = containers.filter((c) => c.state === 'created');
  if (record === undefined) {
    // Of a start that waited for a condition, others may have run and ended: when, is news of the second look.
    const since = (c: ObservedContainer) => (hasEnded(c) ? (c.finishedAt ?? 0) : (c.createdAt ?? Infinity));
    const abandoned =
      containers.every((c) => c.state === 'created' || hasEnded(c)) &&
      containers.every((c) => now - since(c) > ABANDONED);
    return abandoned ? { ...none, remove: created } : none;
  }
  if (live === undefined && record.orphaned) return none;
  const active = containers.filter((c) => !hasEnded(c));
  // A host that was registered anew has another id than its containers carry.
  const isTheirs = (c: ObservedContainer) =>
    record.instance === instance.id || c.labels[label.instanceId] === record.instance;
  const theirs = active.filter(isTheirs);
  const strange = active.filter((c) => !isTheirs(c) && c.state !== 'created');
  if (live !== undefined) return live.instance === instance.id ? none : { ...none, remove: created, strange };
  return { stop: theirs.filter((c) => c.state !== 'created'), remove: created, strange };
}
