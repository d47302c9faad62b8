import { label } from '../../agent/labels.js';
import { taskIdOf } from '../../agent/read-labels.js';
import { HostError } from '../../hosts/host-error.js';
import { pause } from '../pause.js';
import type { EngineContext } from '../context.js';
import { keys } from '../keys.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import { refresh } from '../refresh.js';
import { readTask } from '../task-records.js';
import type { TaskGroup } from './selection.js';

/** Milliseconds between looks at the records, where no host tells of anything. */
const POLL = 1000;
const LONGEST_PAUSE = 10_000;

/**
 * Tasks of a group that begin, whoever starts them, until aborted: from the records, and from the engines' events, which
 * also tell of what other states start. `since` is when the group was looked at; `known` are the ids of those that are
 * no news, to which those are added that were.
 */
export async function* newcomers(
  ctx: EngineContext,
  group: TaskGroup,
  since: number,
  known: Set<string>,
  signal: AbortSignal,
): AsyncGenerator<TaskRecord> {
  const started = new StartedTasks();
  const watched = new Set<string>();
  while (!signal.aborted) {
    for (const { value: instance } of await instancesOf(ctx, group.cluster)) {
      if (watched.has(instance.id)) continue;
      watched.add(instance.id);
      watchHost(ctx, instance, since, started, known, signal).catch(started.fail);
    }
    const ids = started.take();
    const told = await Promise.all(ids.map((id) => readTask(ctx, group.cluster, id)));
    for (const task of [...(await group.running()), ...told]) {
      if (task === undefined || known.has(task.id) || !group.includes(task)) continue;
      known.add(task.id);
      yield task;
    }
    await started.next(POLL, signal);
  }
}

const instancesOf = (ctx: EngineContext, cluster: string) =>
  ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });

/** Takes what starts on a host into the records, and tells of it. Where the host goes away, it is waited for. */
async function watchHost(
  ctx: EngineContext,
  instance: InstanceRecord,
  begin: number,
  started: StartedTasks,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const { cluster, id, address, name } = instance;
  const only = new Set([id]);
  let since: number | undefined;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const host = await ctx.hosts.connect(address, name, { retry: failures > 0, signal });
      since ??= begin + (await host.info()).clockOffset;
      const labels = [`${label.cluster}=${cluster}`];
      for await (const event of host.events({ labels, since: since / 1000, signal })) {
        failures = 0;
        since = event.time;
        const task = taskIdOf(event.attributes);
        if (event.action !== 'start' || task === undefined || known.has(task)) continue;
        await refresh(ctx, cluster, { only });
        started.add(task);
      }
    } catch (error) {
      if (signal.aborted) return;
      // The logs from there have told of it already.
      if (!(error instanceof HostError)) throw error;
    }
    await pause(Math.min(LONGEST_PAUSE, 500 * 2 ** failures), signal);
  }
}

/** Ids that hosts have told of, for whoever waits for them. */
class StartedTasks {
  private ids: string[] = [];
  private failure: { error: unknown } | undefined;
  private wake = (): void => undefined;

  add(id: string): void {
    this.ids.push(id);
    this.wake();
  }

  /** What has gone wrong with watching, such as the state: whoever takes hears of it. */
  readonly fail = (error: unknown): void => {
    this.failure ??= { error };
    this.wake();
  };

  /** Throws what `fail` was told. */
  take(): string[] {
    if (this.failure !== undefined) throw this.failure.error;
    return this.ids.splice(0);
  }

  /** Waits until there is one, but no longer than so many milliseconds. */
  async next(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.ids.length > 0 || this.failure !== undefined) return;
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await pause(milliseconds, AbortSignal.any([signal, woken.signal]));
  }
}
