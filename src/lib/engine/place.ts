import type { Failure } from '../api/types.js';
import type { ForeignUsage } from '../agent/types.js';
import { createPlacer } from '../scheduler/placer.js';
import type { Pick, Refusal } from '../scheduler/types.js';
import { transact, type Draft } from '../store/transact.js';
import { releaseAddress, takeAddresses } from './addresses.js';
import { checkActive } from './clusters.js';
import type { EngineContext } from './context.js';
import { keys, putTask } from './keys.js';
import { pickAll, placementRequest, takeSnapshot } from './picks.js';
import type { ClusterRecord, TaskRecord } from './records.js';
import { readTask } from './task-records.js';
import type { Placed, Unplaced, Wish } from './wish.js';

/**
 * Places tasks on a snapshot of the cluster and hands the picks to `write`, in one transaction: task records and
 * the claims on their instances stand together or not at all, and who loses the race for an instance reads and
 * places again (ECS: optimistic concurrency over the cluster's state).
 * Errors: ClusterNotFoundException; InvalidParameterException where the cluster has no instance.
 */
export async function placeTasks(
  ctx: EngineContext,
  wish: Wish,
  tasks: readonly Unplaced[],
  also: (draft: Draft, placed: Placed) => Promise<void> = async () => undefined,
): Promise<Placed> {
  const begun = ctx.clock();
  const placed = await transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const picked = await pickPlaces(ctx, draft, wish, tasks);
    await picked.write();
    await also(draft, picked.placed);
    return picked.placed;
  });
  ctx.emit({ type: 'placement', cluster: wish.cluster, milliseconds: ctx.clock() - begun });
  return placed;
}

/** Places that were picked on a snapshot; nothing is drafted but by `write`. */
export interface Picked {
  placed: Placed;
  /** Drafts the tasks and their claims. To be called once a draft: a second snapshot doesn't show what it has put. */
  write: () => Promise<void>;
}

/** The part of placeTasks that others build transactions of their own around. Throws as placeTasks. */
export async function pickPlaces(
  ctx: EngineContext,
  draft: Draft,
  wish: Wish,
  tasks: readonly Unplaced[],
): Promise<Picked> {
  const cluster = await draft.get<ClusterRecord>(keys.cluster(wish.cluster));
  checkActive(cluster, wish.cluster);
  const snapshot = await takeSnapshot(draft, wish, cluster);
  const placed = pickAll(ctx, wish, tasks, snapshot);
  return {
    placed,
    write: async () => {
      snapshot.guardData(draft);
      await takeAddresses(draft, placed.tasks);
      for (const id of new Set(placed.tasks.map((t) => t.instance))) snapshot.save(draft, id);
      for (const task of placed.tasks) draft.put(putTask(task));
    },
  };
}

/** What came of placing a task again: it has another place, none, or somebody stopped it meanwhile. */
export type PlacedAgain = { task: TaskRecord } | { failure: Failure } | { ended: TaskRecord | undefined };

/**
 * Places a task again that its host could not take: off its instance, `note`d there, and on another, in one
 * transaction. Where there is no place nothing is written, unless `final`: then its record goes.
 */
export async function placeAgain(
  ctx: EngineContext,
  wish: Wish,
  task: TaskRecord,
  note: (foreign: ForeignUsage) => ForeignUsage,
  final: boolean,
): Promise<PlacedAgain> {
  return transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft): Promise<PlacedAgain> => {
    const key = keys.task(task.cluster, task.id);
    const current = await draft.get<TaskRecord>(key);
    if (current?.desiredStatus !== 'RUNNING') {
      return { ended: current ?? (await readTask(ctx, task.cluster, task.id)) };
    }
    const cluster = await draft.get<ClusterRecord>(keys.cluster(wish.cluster));
    const snapshot = await takeSnapshot(draft, wish, cluster);
    snapshot.guardData(draft);
    const old = snapshot.usages.get(current.instance);
    if (old !== undefined) {
      const { [task.id]: _withdrawn, ...claims } = old.claims;
      snapshot.usages.set(current.instance, { ...old, claims, foreign: note(old.foreign) });
    }
    const { tasks, failures } = pickAll(ctx, wish, [current], snapshot);
    const [next] = tasks;
    if (next === undefined && !final) return { failure: failures[0] ?? {} };
    if (old !== undefined) snapshot.save(draft, current.instance);
    if (next === undefined) {
      draft.delete(key);
      await releaseAddress(draft, current);
      await wish.forget?.(draft, task.id);
    } else {
      if (next.address !== current.address) await releaseAddress(draft, current);
      await takeAddresses(draft, [next]);
      snapshot.save(draft, next.instance);
      draft.put(putTask(next));
    }
    return next === undefined ? { failure: failures[0] ?? {} } : { task: next };
  });
}

export interface Plan {
  picks: Pick[];
  hosts: { name: string; tasks: number; refusal?: Refusal }[];
}

/** Where each of `count` tasks would go, and why a host would get none; nothing is written. */
export async function dryRun(ctx: EngineContext, wish: Wish, task: Unplaced, count: number): Promise<Plan> {
  const snapshot = await takeSnapshot({ peek: (query) => ctx.store.list(query) }, wish);
  const views = snapshot.views();
  const request = placementRequest(wish, task, views);
  const placer = createPlacer(views, { random: wish.random() });
  const picks = Array.from({ length: count }, () => placer.place(request));
  const full = picks.findLast((pick) => !pick.placed);
  const hosts = views.map((view) => {
    const alone = createPlacer([view], { random: wish.random() }).place(request);
    // Why it takes no more, where tasks were left over; else why it takes none at all.
    const refusals = full?.refusals ?? (alone.placed ? [] : alone.refusals);
    const refusal = refusals.find(({ instanceId }) => instanceId === view.id);
    return {
      name: view.name,
      tasks: picks.filter((pick) => pick.placed && pick.instanceId === view.id).length,
      ...(refusal === undefined ? {} : { refusal }),
    };
  });
  return { picks, hosts };
}
