import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationInput } from '../api/operations.js';
import { tokenInUse } from '../api/errors.js';
import type { Draft } from '../store/transact.js';
import { hashOfInput } from './input-hash.js';
import { keys } from './keys.js';
import { ownerWatch } from './owner.js';
import { readTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { Settling } from './settling.js';
import type { TaskRecord, TokenRecord } from './records.js';
import type { ServiceTokenRecord } from './services/records.js';

type Input = OperationInput<'RunTask'>;

const POLL = 300;
/** Ms for which a token is remembered. */
const LIFETIME = 24 * 3600_000;

/** A client token makes a repeated RunTask give the tasks of the first (ECS: idempotency of RunTask). */
export interface ClientToken {
  /**
   * The tasks of an earlier call, once they are decided; undefined where there is none of them. `settling` finishes
   * what a call that died left behind. Throws ConflictException where that call asked for something else.
   */
  replay(settling: Settling): Promise<TaskRecord[] | undefined>;
  /** Writes placed tasks down, with them. Throws TokenTaken where another call has used the token meanwhile. */
  note(draft: Draft, tasks: readonly TaskRecord[]): Promise<void>;
  /** Takes a task off it whose record goes: a token that names none is free for another try. */
  forget(draft: Draft, id: string): Promise<void>;
}

export class TokenTaken extends Error {}

/** undefined where the caller gives none. */
export function clientToken(ctx: EngineContext, cluster: string, input: Input): ClientToken | undefined {
  const { clientToken: token, ...asked } = input;
  if (token === undefined) return undefined;
  const key = keys.token(cluster, token);
  const inputHash = hashOfInput(asked);
  const own = new Set<string>();
  return {
    async replay(settling) {
      const entry = await ctx.store.get<TokenRecord>(key);
      if (entry === undefined || !isRemembered(ctx, entry.value)) return undefined;
      if (entry.value.inputHash !== inputHash) throw tokenInUse(token);
      const { tasks } = entry.value;
      if (ctx.carryOn !== undefined) return known(ctx, cluster, tasks);
      return decided(ctx, cluster, tasks, settling);
    },
    async note(draft, tasks) {
      if (tasks.length === 0) return;
      const before = await draft.get<TokenRecord>(key);
      const isCurrent = before !== undefined && isRemembered(ctx, before);
      const theirs = isCurrent ? before.tasks.filter((id) => !own.has(id)) : [];
      if (await isAnyThere(draft, cluster, theirs)) throw new TokenTaken();
      for (const { id } of tasks) own.add(id);
      const value: TokenRecord = { inputHash, tasks: [...own], at: ctx.clock() };
      draft.put({ key, value });
    },
    async forget(draft, id) {
      const entry = await draft.get<TokenRecord>(key);
      if (entry?.tasks.includes(id) !== true) return;
      const tasks = entry.tasks.filter((other) => other !== id);
      if (tasks.length === 0) draft.delete(key);
      else draft.put({ key, value: { ...entry, tasks } });
    },
  };
}

export const isRemembered = (ctx: Pick<EngineContext, 'clock'>, { at }: { at: number }): boolean =>
  ctx.clock() - at <= LIFETIME;

/** Removes the tokens of a cluster that are remembered no longer. */
export async function forgetTokens(ctx: EngineContext, cluster: string): Promise<void> {
  const prefixes = [keys.tokens(cluster), keys.serviceTokens(cluster)];
  const lists = prefixes.map((prefix) => ctx.store.list<TokenRecord | ServiceTokenRecord>({ prefix }));
  const tokens = (await Promise.all(lists)).flat();
  const old = tokens.filter(({ value }) => !isRemembered(ctx, value));
  if (old.length > 0) await ctx.store.commit({ deletes: old.map(({ key }) => key) });
}

async function isAnyThere(draft: Draft, cluster: string, ids: readonly string[]): Promise<boolean> {
  const records = await draft.getMany(
    ids.flatMap((id) => [keys.task(cluster, id), keys.stopped(cluster, id)]),
  );
  return records.some((record) => record !== undefined);
}

/** The tasks as they are; undefined where all are gone. */
async function known(
  ctx: EngineContext,
  cluster: string,
  ids: readonly string[],
): Promise<TaskRecord[] | undefined> {
  const records = await Promise.all(ids.map((id) => readTask(ctx, cluster, id)));
  const tasks = records.filter((task) => task !== undefined);
  return tasks.length === 0 ? undefined : tasks;
}

/** The tasks, when none of them is being started any more, nor about to be undone; undefined where all are gone. */
async function decided(
  ctx: EngineContext,
  cluster: string,
  ids: readonly string[],
  settling: Settling,
): Promise<TaskRecord[] | undefined> {
  let settled = false;
  void settling.patiently().then(() => (settled = true));
  for (;;) {
    const tasks = (await known(ctx, cluster, ids)) ?? [];
    const isGone = ownerWatch(ctx);
    const waits = await Promise.all(
      tasks.map(
        async ({ lastStatus, owner }) =>
          lastStatus === 'PENDING' && owner !== undefined && (!settled || !(await isGone(owner))),
      ),
    );
    if (!waits.includes(true)) return tasks.length === 0 ? undefined : tasks;
    await sleep(POLL, undefined, { signal: ctx.signal });
  }
}
