import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import type { EngineContext, ProcessTable } from './context.js';
import { updateTask } from './task-records.js';
import type { OwnerRecord, TaskRecord } from './records.js';

/** How long an owner that can't be looked at (another machine's) counts as alive after its last sign, in ms. */
const LEASE = 60_000;
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
    const record: OwnerRecord = { ...processes.self(), heartbeatAt: clock() };
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

/** Tells of each owner once whether it is gone: its process has ended, or its lease has run out. */
export function ownerWatch(
  ctx: Pick<EngineContext, 'store' | 'processes' | 'clock'>,
): (key: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (key) => {
    const answer = known.get(key) ?? isGone(ctx, key);
    known.set(key, answer);
    return answer;
  };
}

/** Removes the records of owners that are gone; work that still names them counts as left over all the same. */
export async function forgetGoneOwners(
  ctx: Pick<EngineContext, 'store' | 'processes' | 'clock'>,
): Promise<void> {
  const owners = await ctx.store.list<OwnerRecord>({ prefix: keys.owners });
  const gone = await Promise.all(owners.map(({ key }) => isGone(ctx, key)));
  const deletes = owners.map(({ key }) => key).filter((_, i) => gone[i]);
  if (deletes.length > 0) await ctx.store.commit({ deletes });
}

async function isGone(
  ctx: Pick<EngineContext, 'store' | 'processes' | 'clock'>,
  key: string,
): Promise<boolean> {
  const owner = await ctx.store.get<OwnerRecord>(key);
  if (owner === undefined) return true;
  const alive = ctx.processes.isAlive(owner.value);
  return alive === undefined ? ctx.clock() - owner.value.heartbeatAt > LEASE : !alive;
}
