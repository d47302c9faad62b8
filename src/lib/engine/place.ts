import type { Failure, PlacementConstraint, PlacementStrategy } from '../api/types.js';
import { containerInstanceArn } from '../api/arn.js';
import { noContainerInstances } from '../api/errors.js';
import { overridden } from '../api/overrides.js';
import type { ForeignUsage } from '../agent/types.js';
import { requestOf } from '../scheduler/amounts.js';
import { createPlacer } from '../scheduler/placer.js';
import type { InstanceView, Pick, PlacementRequest, Refusal } from '../scheduler/types.js';
import { sharedVolumes, volumeNeeds } from '../scheduler/volumes.js';
import type { Entry } from '../store/store.js';
import { transact, type Draft } from '../store/transact.js';
import { openAddresses, releaseAddress, takeAddresses, type Addresses } from './addresses.js';
import { checkActive } from './clusters.js';
import { keys, putTask } from './keys.js';
import { chooseGpus, claimOf, EMPTY_USAGE, instanceView, usedPortsOf, volumesOf } from './placement.js';
import { choosePortsOf, noPortRange } from './host-ports.js';
import { readTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, DefinitionRecord, InstanceRecord, TaskRecord, UsageRecord } from './records.js';

/** What is to be placed: `count` tasks that differ in nothing but their ids. */
export interface Wish {
  cluster: string;
  definition: DefinitionRecord;
  constraints: readonly PlacementConstraint[];
  strategy: readonly PlacementStrategy[];
  /** The id of the only instance to consider (StartTask names it). */
  only?: string;
  /** Ids of the instances to consider, where it is not all of them. */
  among?: ReadonlySet<string>;
  /** The data of shared volumes may stay behind. */
  withoutData?: boolean;
  /** Ids of instances that are not to be considered: they didn't answer. */
  without?: ReadonlySet<string>;
  /** What goes with the record of a task for which there is no place in the end. */
  forget?: (draft: Draft, id: string) => Promise<void>;
  /** A fresh generator for each attempt, so that a seed gives the same picks however often writers race. */
  random: () => () => number;
}

/** A task that is yet to get its instance and ports. */
export type Unplaced = Omit<TaskRecord, 'instance' | 'bindings' | 'resources'>;

export interface Placed {
  tasks: TaskRecord[];
  failures: Failure[];
}

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

interface Snapshot {
  instances: Map<string, InstanceRecord>;
  /** What the picks so far have made of each instance's usage. */
  usages: Map<string, UsageRecord>;
  /** Where tasks get theirs from the cluster's network. */
  addresses: Addresses | undefined;
  views: () => ReturnType<typeof instanceView>[];
  save: (draft: Draft, instance: string) => void;
  /** Where nobody has the data of a volume yet, who comes first decides where it will be. */
  guardData: (draft: Draft) => void;
}

async function takeSnapshot(
  draft: Only<Draft, 'peek'>,
  wish: Wish,
  cluster?: ClusterRecord,
): Promise<Snapshot> {
  const instanceEntries: Entry<InstanceRecord>[] = await draft.peek({ prefix: keys.instances(wish.cluster) });
  const usageEntries: Entry<UsageRecord>[] = await draft.peek({ prefix: keys.usages(wish.cluster) });
  if (instanceEntries.length === 0) throw noContainerInstances(wish.cluster);
  const instances = new Map(instanceEntries.map((e) => [e.value.id, e.value]));
  const usages = new Map(usageEntries.map((e) => [e.key.slice(keys.usages(wish.cluster).length), e.value]));
  const addresses = cluster && (await openAddresses(draft, cluster, wish, { instances, usages }));
  return {
    instances,
    usages,
    addresses,
    views: () =>
      considered(wish, [...instances.values()]).map((instance) =>
        viewFor(wish, instance, usages.get(instance.id) ?? EMPTY_USAGE),
      ),
    save: (target, id) => {
      for (const entry of instanceEntries) if (entry.value.id === id) target.guard(entry);
      const key = keys.usage(wish.cluster, id);
      const usage = usageEntries.find((entry) => entry.key === key);
      if (usage !== undefined) target.guard(usage);
      target.put({ key, value: usages.get(id) });
    },
    guardData: (target) => {
      const held = new Set(usageEntries.flatMap(({ value }) => [...volumesOf(value)]));
      const isNew = sharedVolumes(wish.definition.definition).some(({ name }) => !held.has(name));
      if (isNew && wish.only === undefined) for (const entry of usageEntries) target.guard(entry);
    },
  };
}

/** An instance as it is for this operation: one that didn't answer it counts as away. */
export const viewFor = ({ without }: Wish, instance: InstanceRecord, usage: UsageRecord): InstanceView => ({
  ...instanceView(instance, usage),
  agentConnected: instance.connected && !without?.has(instance.id),
});

/** The instances on which a task may be placed at all. */
export const considered = ({ only, among }: Wish, instances: readonly InstanceRecord[]): InstanceRecord[] =>
  instances.filter(({ id }) => (only === undefined || id === only) && (among?.has(id) ?? true));

/** `Pick` is the scheduler's word here. */
type Only<T, K extends keyof T> = { [P in K]: T[P] };

function pickAll(ctx: EngineContext, wish: Wish, tasks: readonly Unplaced[], snapshot: Snapshot): Placed {
  const { addresses } = snapshot;
  const random = wish.random();
  const views = snapshot.views();
  const placer = createPlacer(views, { random });
  const placed: Placed = { tasks: [], failures: [] };
  const [first] = tasks;
  if (first === undefined) return placed;
  const request = placementRequest(wish, first, views);
  for (const task of tasks) {
    const address = addresses?.next(task.address);
    if (addresses !== undefined && address === undefined) {
      // ECS's word for a host that has no network interface left.
      placed.failures.push({ reason: 'RESOURCE:ENI', detail: addresses.none });
      continue;
    }
    const pick = placer.place(request);
    if (!pick.placed) {
      placed.failures.push(failureOf(ctx, wish.cluster, pick));
      continue;
    }
    const instance = snapshot.instances.get(pick.instanceId);
    if (instance === undefined) throw new Error(`picked an unknown instance: ${pick.instanceId}`);
    const own = { ...task, ...(address !== undefined && { address }) };
    const assigned = assign(wish, own, instance, snapshot, request, random);
    if (assigned === undefined) {
      placer.release(pick.instanceId, request);
      placed.failures.push(noPortRange(ctx, instance));
      continue;
    }
    if (address !== undefined) addresses?.taken(address);
    placed.tasks.push(assigned);
  }
  return placed;
}

/**
 * The task on its instance, with its dynamic host ports and GPUs chosen: the placer has counted them, but can't know which
 * those before it got. undefined where they leave no range that is long enough.
 */
function assign(
  wish: Wish,
  task: Unplaced,
  instance: InstanceRecord,
  snapshot: Snapshot,
  request: PlacementRequest,
  random: () => number,
): TaskRecord | undefined {
  const usage = snapshot.usages.get(instance.id) ?? EMPTY_USAGE;
  const used = usedPortsOf(instance, usage);
  const chosen = choosePortsOf(wish.definition.definition, instance.portRange, used, random);
  if (chosen === undefined) return undefined;
  const { ports, bindings } = chosen;
  const resources = {
    cpu: request.cpu,
    memory: request.memory,
    gpus: request.gpus,
    ...(request.gpus > 0 && { gpuIds: chooseGpus(instance, usage, request.gpus) }),
    ports,
  };
  snapshot.usages.set(instance.id, {
    ...usage,
    claims: { ...usage.claims, [task.id]: claimOf(resources, task.group, wish.definition.definition) },
  });
  return { ...task, instance: instance.id, resources, bindings };
}

export function placementRequest(
  wish: Wish,
  task: Only<Unplaced, 'overrides' | 'group'>,
  views: readonly InstanceView[],
): PlacementRequest {
  const { definition } = wish.definition;
  return {
    ...requestOf(overridden(definition, task.overrides), task.group, wish),
    volumes: volumeNeeds(
      sharedVolumes(definition),
      views,
      wish.only !== undefined || wish.withoutData === true,
    ),
  };
}

/** One failure a task, in ECS's form: the instance that came nearest, its reason; `detail` tells of all. */
export function failureOf(ctx: EngineContext, cluster: string, pick: Pick & { placed: false }): Failure {
  // ECS doesn't consider instances that aren't ACTIVE: they are named only where there are no others.
  const considered = pick.refusals.filter(({ reason }) => reason !== 'DRAINING' && reason !== 'INACTIVE');
  const nearest: Refusal | undefined =
    considered.find(({ reason }) => reason.startsWith('RESOURCE:')) ??
    considered.find(({ reason }) => reason !== 'VOLUME') ??
    considered[0] ??
    pick.refusals[0];
  return {
    ...(nearest === undefined
      ? {}
      : { arn: containerInstanceArn(ctx.identity, cluster, nearest.instanceId) }),
    reason: nearest?.reason ?? 'RESOURCE:CPU',
    detail: pick.explanation,
  };
}
