import type { Failure } from '../api/types.js';
import { containerInstanceArn } from '../api/arn.js';
import { noContainerInstances } from '../api/errors.js';
import { overridden } from '../api/overrides.js';
import { requestOf } from '../scheduler/amounts.js';
import { createPlacer } from '../scheduler/placer.js';
import type { InstanceView, Pick, PlacementRequest, Refusal } from '../scheduler/types.js';
import { sharedVolumes, volumeNeeds } from '../scheduler/volumes.js';
import type { Entry } from '../store/store.js';
import type { Draft } from '../store/transact.js';
import { openAddresses, type Addresses } from './addresses.js';
import type { EngineContext } from './context.js';
import { choosePortsOf, noPortRange } from './host-ports.js';
import { keys } from './keys.js';
import { chooseGpus, claimOf, EMPTY_USAGE, instanceView, usedPortsOf, volumesOf } from './placement.js';
import type { ClusterRecord, InstanceRecord, TaskRecord, UsageRecord } from './records.js';
import type { Placed, Unplaced, Wish } from './wish.js';

export interface Snapshot {
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

export async function takeSnapshot(
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

export function pickAll(
  ctx: EngineContext,
  wish: Wish,
  tasks: readonly Unplaced[],
  snapshot: Snapshot,
): Placed {
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
