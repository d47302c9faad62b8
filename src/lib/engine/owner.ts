import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import type { EngineContext, ProcessTable } from './context.js';
import { updateTask } from './task-records.js';
import type { OwnerRecord, TaskRecord } from './records.js';

/** How long an owner counts as alive after its last sign, in ms: also one whose process is there may be suspended. */
export const LEASE = 60_000;
const HEARTBEAT = 15_000;

export interface Ownership {
  /** Key of this process's record; written at first use, with a heartbeat from then on. */
  claim: () => Promise<string>;
  /** Ends the heartbeat and removes the record. */
  release: () => Promise<void>;
}

/** This process as an owner of work under way: whoever finds its work later can tell whether it still lives. */
export function openOwnership(
  store: Store,
  processes: ProcessTable,
  clock: () => number,
  id: string,
): Ownership {
  let claimed: Promise<string> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const key = keys.owner(id);
  const write = async () => {
    const record: OwnerRecord = { ...processes.self(), heartbeatAt: clock(), beatAt: processes.now() };
    await store.commit({ puts: [{ key, value: record }] });
  };
  return {
    claim: () =>
      (claimed ??= write().then(
        () => {
          timer = setInterval(() => void write().catch(() => undefined), HEARTBEAT);
          timer.unref();
          return key;
        },
        (error: unknown) => {
          // Who stays tries again when the state takes changes.
          claimed = undefined;
          throw error;
        },
      )),
    release: async () => {
      if (claimed === undefined) return;
      await claimed;
      clearInterval(timer);
      await store.commit({ deletes: [key] });
    },
  };
}

/**
 * Gives a task's work up: whoever settles next sees to it, also where this process lives on. Where that can't be written down,
 * this process settles it itself when the state takes changes again. Throws faults of the state.
 */
export async function letGo(
  ctx: Pick<EngineContext, 'store' | 'random' | 'abandoned'>,
  { cluster, id }: Pick<TaskRecord, 'cluster' | 'id'>,
): Promise<void> {
  ctx.abandoned.add(id);
  await updateTask(ctx, cluster, id, (record) => ({ ...record, owner: undefined }));
  ctx.abandoned.delete(id);
}

type Watching = Pick<EngineContext, 'store' | 'processes' | 'clock'>;

/** Tells of each owner once whether it is gone: its process has ended, or its lease has run out. */
export function ownerWatch(ctx: Watching): (key: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (key) => {
    const answer = known.get(key) ?? isGone(ctx, key);
    known.set(key, answer);
    return answer;
  };
}

/** Removes the records of owners that are gone; work that still names them counts as left over all the same. */
export async function forgetGoneOwners(ctx: Watching): Promise<void> {
  const owners = await ctx.store.list<OwnerRecord>({ prefix: keys.owners });
  // One that is suspended may go on, and is to find its own record then.
  const deletes = owners.filter(({ value }) => hasEnded(ctx, value)).map(({ key }) => key);
  if (deletes.length > 0) await ctx.store.commit({ deletes });
}

/** Whether nothing can come of an owner any more; of one that is only suspended it can. */
export async function isOver(ctx: Watching, key: string): Promise<boolean> {
  const owner = await ctx.store.get<OwnerRecord>(key);
  return owner === undefined || hasEnded(ctx, owner.value);
}

const hasEnded = (ctx: Watching, owner: OwnerRecord): boolean =>
  ctx.processes.isAlive(owner) !== true && isSilent(ctx, owner);

async function isGone(ctx: Watching, key: string): Promise<boolean> {
  const owner = await ctx.store.get<OwnerRecord>(key);
  return owner === undefined || isSilent(ctx, owner.value);
}

const isSilent = (ctx: Watching, owner: OwnerRecord): boolean => silenceOf(ctx, owner) > LEASE;

/**
 * Ms since an owner's last sign of life; Infinity: its process has ended. On one machine its clock tells that runs only while
 * the machine does: after a sleep nobody there has been silent. Who asks is alive.
 */
export function silenceOf(
  { processes, clock }: Pick<Watching, 'processes' | 'clock'>,
  owner: OwnerRecord,
): number {
  const alive = processes.isAlive(owner);
  if (alive === false) return Infinity;
  if (alive === undefined) return clock() - owner.heartbeatAt;
  const self = processes.self();
  if (owner.pid === self.pid && owner.startedAt === self.startedAt) return 0;
  return owner.beatAt === undefined ? 0 : processes.now() - owner.beatAt;
}
