import { label } from '../../agent/labels.js';
import type { DockerHost } from '../../hosts/docker-host.js';
import { HostError } from '../../hosts/host-error.js';
import type { EngineContext } from '../context.js';
import type { EngineEvent } from '../events.js';
import { keys } from '../keys.js';
import { pause } from '../pause.js';
import type { InstanceRecord } from '../records.js';
import { refresh } from '../refresh.js';
import { noteConnected } from '../sight.js';

/** Ms in which an engine's events are one piece of news. */
const TOGETHER = 40;
/**
 * Ms after which a host is looked at again: soon after it has told of something, since engines tell that a container died
 * before their listings show it, and since a start elsewhere is recorded a moment later; then now and then, since events
 * can be lost.
 */
const LOOK_AGAIN = [300, 1000, 10_000];
/**
 * Seconds without a sign of life after which a host is away: time for a packet that was lost to be sent again, thrice. An
 * engine that is slow is no such host.
 */
const SILENCE = 6;
/**
 * Ms between two times that an engine is asked for a sign of life, and seconds in which it has to give one: asked for as often
 * as hosts are, an engine that hangs behind a host that lives is away after ten seconds at most. The question takes nothing of
 * what makes other answers late (disks, locks, other programs), only the processor: an engine that is starved of that so much
 * that five seconds pass is still there.
 */
const PING_AGAIN = 2000;
const PING_PATIENCE = 8;
/** Ms between two attempts at a host that doesn't answer. */
const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 10_000;
/** Ms that a host is tried once more before it is given up: so much it takes to connect, and to look. */
const LAST_LOOK = 1500;

/** What of an engine's events may change a task's record; a start is news only where nobody here started it. */
const NEWS = new Set(['die', 'oom', 'destroy', 'start', 'restart', 'pause', 'unpause']);

/** Keeps the records of a cluster's hosts up with what their engines tell, whatever else is done. */
export interface HostWatch {
  /** All hosts have been looked at once, or didn't answer. */
  first: Promise<void>;
  /** Takes hosts into view that came meanwhile; those that left the cluster are let go of. */
  update: () => Promise<void>;
  /** A host, by its name, is to be looked at again: what it told of while a task started belonged to who started it. */
  lookAt: (name: string) => void;
}

/**
 * Follows the events of all hosts of a cluster until aborted; `onLook` is called whenever one was looked at, or is found not
 * to answer. A host that goes away, and one that comes back, is told of once. Never throws: `onFault` hears of faults of
 * the state.
 */
export function watchHosts(
  ctx: EngineContext,
  cluster: string,
  onLook: () => void,
  onFault: (error: unknown) => void,
): HostWatch {
  const watched = new Map<string, Promise<void>>();
  const stale = new Map<string, Stale>();
  const update = async () => {
    const entries = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
    for (const { value: instance } of entries) {
      if (watched.has(instance.id)) continue;
      watched.set(
        instance.id,
        new Promise((looked) => {
          const seen = () => {
            looked();
            onLook();
          };
          const news = new Stale();
          stale.set(instance.name, news);
          watchHost(ctx, instance, news, seen)
            // It left the cluster; its instance may come back with the same id.
            .then(() => watched.delete(instance.id))
            .catch((error: unknown) => {
              if (!ctx.signal.aborted) onFault(error);
            })
            .finally(looked);
        }),
      );
    }
    await Promise.all(watched.values());
  };
  return { first: update(), update, lookAt: (name) => stale.get(name)?.mark() };
}

async function watchHost(
  ctx: EngineContext,
  instance: InstanceRecord,
  stale: Stale,
  onLook: () => void,
): Promise<void> {
  const { cluster, id, address, name } = instance;
  const absence = new Absence(ctx, id);
  const told: EngineContext = { ...ctx, emit: absence.emit };
  const key = keys.instance(cluster, id);
  const isThere = async () => (await ctx.store.get(key)) !== undefined;
  const look = async () => {
    const [sighting] = await refresh(told, cluster, { only: new Set([id]) });
    if (sighting !== undefined) absence.end(name);
    onLook();
  };
  // What is asked of it just now may wait for its answer for a while yet.
  const fell = (error: HostError) => {
    absence.emit({ type: 'host-failed', host: name, error });
    noteConnected(ctx, instance, false).then(onLook, () => undefined);
    stale.mark();
  };
  const leave = ctx.hosts.attend(address, SILENCE, fell);
  try {
    for (let failures = 0; !ctx.signal.aborted;) {
      if (!(await isThere())) return;
      try {
        const host = await ctx.hosts.connect(address, name, { retry: failures > 0, signal: ctx.signal });
        const since = (ctx.clock() + (await host.info()).clockOffset) / 1000;
        await look();
        failures = 0;
        const gone = new AbortController();
        const signal = AbortSignal.any([ctx.signal, gone.signal]);
        const events = host.events({ labels: [`${label.cluster}=${cluster}`], since, signal });
        const follow = (async () => {
          for await (const { action } of events)
            if (NEWS.has(action) || action.startsWith('health_status')) stale.mark();
        })();
        const ends = [follow, signsOfLife(host, fell, signal)].map((end) => end.finally(() => gone.abort()));
        // They may fail while a look is still waiting for an answer; what they throw is taken below.
        for (const end of ends) end.catch(() => undefined);
        try {
          for (let quiet = 0; !signal.aborted && (await isThere());) {
            const told = await stale.next(LOOK_AGAIN[quiet] ?? 0, signal);
            quiet = told ? 0 : Math.min(quiet + 1, LOOK_AGAIN.length - 1);
            if (!signal.aborted) await look();
          }
        } finally {
          gone.abort();
          await Promise.all(ends);
        }
      } catch (error) {
        if (ctx.signal.aborted) return;
        if (!(error instanceof HostError)) throw error;
        // Notes in the records that it doesn't answer.
        await look();
        failures += 1;
      }
      const { connected = true, seenAt = 0 } = (await ctx.store.get<InstanceRecord>(key))?.value ?? {};
      const left = connected ? Infinity : seenAt + ctx.settings.hostGrace - ctx.clock();
      await pause(pauseOf(failures, left), ctx.signal);
    }
  } finally {
    leave();
    absence.leave();
  }
}

/**
 * Asks an engine whether it is there until aborted. Throws the HostError which says that it isn't; where it hangs `onHang` has
 * heard of it, since the next look would wait for it, too.
 */
async function signsOfLife(
  host: DockerHost,
  onHang: (error: HostError) => void,
  signal: AbortSignal,
): Promise<void> {
  for (; !signal.aborted; await pause(PING_AGAIN, signal)) {
    try {
      await host.ping(PING_PATIENCE, signal);
    } catch (error) {
      if (signal.aborted) return;
      // Who refuses is there.
      if (error instanceof HostError && !error.isOutage) continue;
      if (error instanceof HostError && error.kind === 'timeout') onHang(error);
      throw error;
    }
  }
}

/**
 * Ms until a host is tried again after so many failures, of which it has `left` until its tasks are replaced: longer each
 * time, but one that is back before that must be seen to be.
 */
export function pauseOf(failures: number, left: number): number {
  const usual = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** Math.min(failures, 5));
  return left > LAST_LOOK ? Math.min(usual, left - LAST_LOOK) : usual;
}

/** A host that fails again and again is told of when it goes, and when it is back: when it was seen, not only connected to. */
class Absence {
  private away = false;

  constructor(
    private readonly ctx: EngineContext,
    private readonly id: string,
  ) {}

  readonly emit = (event: EngineEvent): void => {
    const { away } = this;
    if (event.type === 'host-failed') {
      this.away = true;
      this.ctx.absent.set(this.id, event.error);
    }
    if (!away || (event.type !== 'host-failed' && event.type !== 'host-connected')) this.ctx.emit(event);
  };

  end(host: string): void {
    if (this.away) this.ctx.emit({ type: 'note', message: `${host} answers again` });
    this.leave();
  }

  /** Nothing is known of it from here on. */
  leave(): void {
    this.away = false;
    this.ctx.absent.delete(this.id);
  }
}

/** Whether there is news; several pieces that come together are one. */
class Stale {
  private marked = false;
  private wake = (): void => undefined;

  mark(): void {
    this.marked = true;
    this.wake();
  }

  /** Returns when there is news, or after so many ms: whether there was. */
  async next(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    if (!this.marked) {
      const woken = new AbortController();
      this.wake = () => woken.abort();
      await pause(milliseconds, AbortSignal.any([signal, woken.signal]));
    }
    const { marked } = this;
    if (marked) await pause(TOGETHER, signal);
    this.marked = false;
    return marked;
  }
}
