import { tasksAre } from '../../api/count.js';
import type { EngineContext } from '../context.js';
import { indexes, serviceOf } from '../keys.js';
import { LEASE, silenceOf } from '../owner.js';
import type { OwnerRecord, TaskRecord } from '../records.js';

/** Ms: who has given no sign of life for so long holds others up. A heartbeat is missed, and more. */
export const QUIET = 25_000;

/**
 * Tells who waits for work of another process by whom that is under way, and how long there has been no sign of life of it: a
 * process that is suspended keeps its tasks until it counts as gone. Each process once.
 */
export class HeldUp {
  private readonly told = new Set<string>();

  constructor(
    private readonly ctx: EngineContext,
    private readonly cluster: string,
    /** Ms of silence from which a process is told of. */
    private readonly patience: number,
    /** The services that are waited for; undefined: all that is in the cluster. */
    private readonly names?: readonly string[],
  ) {}

  /** Returns whether anybody is that silent. */
  async look(): Promise<boolean> {
    const { ctx, cluster, told, names } = this;
    const own = await ctx.owner();
    const entries = await ctx.store.list<TaskRecord>({ index: indexes.unsettled(cluster) });
    const byOwner = new Map<string, TaskRecord[]>();
    for (const { value: task } of entries) {
      if (task.owner === undefined || task.owner === own) continue;
      if (names?.includes(serviceOf(task) ?? '') === false) continue;
      byOwner.set(task.owner, [...(byOwner.get(task.owner) ?? []), task]);
    }
    const keys = [...byOwner.keys()];
    const owners = await ctx.store.getMany<OwnerRecord>(keys);
    let isHeld = false;
    for (const [i, key] of keys.entries()) {
      const owner = owners[i]?.value;
      const silence = owner === undefined ? Infinity : silenceOf(ctx, owner);
      // What is left of one that is gone is settled soon.
      if (owner === undefined || silence < this.patience || silence > LEASE) continue;
      isHeld = true;
      if (told.has(key)) continue;
      told.add(key);
      ctx.emit({ type: 'note', message: heldNote(owner, byOwner.get(key) ?? [], silence, ctx.clock()) });
    }
    return isHeld;
  }
}

/** `2 tasks are under way in process 812 on build1, for 40 s so far; it has given no sign of life for 31 s, and …` */
export function heldNote(
  { pid, host = 'another machine' }: Pick<OwnerRecord, 'pid' | 'host'>,
  tasks: readonly Pick<TaskRecord, 'createdAt' | 'stoppingAt'>[],
  silence: number,
  now: number,
): string {
  const since = Math.min(...tasks.map(({ createdAt, stoppingAt }) => stoppingAt ?? createdAt));
  const first = `${tasksAre(tasks.length)} under way in process ${pid} on ${host}, for ${seconds(now - since)} so far`;
  if (silence < QUIET) return first;
  return `${first}; it has given no sign of life for ${seconds(silence)} (is it suspended?), and counts as gone after ${seconds(LEASE)}`;
}

const seconds = (milliseconds: number): string => `${Math.max(0, Math.round(milliseconds / 1000))} s`;
