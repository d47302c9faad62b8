import type { TaskDefinition } from '../api/types.js';
import { sharedVolumes } from '../scheduler/volumes.js';
import { transact } from '../store/transact.js';
import { keys } from './keys.js';
import { lookAgain } from './look-again.js';
import { volumesOf } from './placement.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord, UsageRecord } from './records.js';
import type { Wish } from './wish.js';

const namesOf = (definition: TaskDefinition): string[] => sharedVolumes(definition).map(({ name }) => name);

/**
 * Looks at the hosts where the records don't know of a shared volume that the wish needs: another state, or somebody by
 * hand, may have made it. Costs nothing once it is known.
 */
export async function findVolumes(ctx: EngineContext, wish: Wish): Promise<void> {
  const { cluster, only } = wish;
  if ((await unknownVolumes(ctx, wish)).length === 0) return;
  await lookAgain(ctx, wish);
  const unknown = sharedVolumes(wish.definition.definition)
    .filter(({ mustExist }) => !mustExist && only === undefined)
    .map(({ name }) => name);
  const still = new Set(await unknownVolumes(ctx, wish));
  const lost = unknown.filter((name) => still.has(name));
  if (lost.length === 0) return;
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  const away = instances.filter(({ value }) => !value.connected).map(({ value }) => value.name);
  if (away.length === 0) return;
  const message = `whether ${away.join(', ')} has data of volume ${lost.join(', ')} can't be seen; no other host has`;
  ctx.emit({ type: 'warning', message });
}

async function unknownVolumes(ctx: EngineContext, { cluster, definition, only }: Wish): Promise<string[]> {
  const names = namesOf(definition.definition);
  if (names.length === 0) return [];
  const usages = await ctx.store.list<UsageRecord>({ prefix: keys.usages(cluster) });
  const considered = usages.filter(({ key }) => only === undefined || key === keys.usage(cluster, only));
  const known = new Set(considered.flatMap(({ value }) => [...volumesOf(value)]));
  return names.filter((name) => !known.has(name));
}

/** The shared volumes that a task's host is known to have. */
export async function volumesKnown(
  ctx: EngineContext,
  task: TaskRecord,
  definition: TaskDefinition,
): Promise<Set<string>> {
  if (namesOf(definition).length === 0) return new Set();
  const usage = await ctx.store.get<UsageRecord>(keys.usage(task.cluster, task.instance));
  return new Set(usage?.value.volumes);
}

/** The host turned out not to have a volume that it had by the records. */
export async function forgetVolume(ctx: EngineContext, task: TaskRecord, name: string): Promise<void> {
  await transact(ctx.store, ctx, async (draft) => {
    const key = keys.usage(task.cluster, task.instance);
    const usage = await draft.get<UsageRecord>(key);
    if (usage === undefined) return;
    const others = (volumes: string[] | undefined) => volumes?.filter((other) => other !== name);
    const { [task.id]: claim, ...claims } = usage.claims;
    // The task's own claim is no sign of the data either.
    const own = claim && { [task.id]: { ...claim, volumes: others(claim.volumes) ?? [] } };
    draft.put({ key, value: { ...usage, claims: { ...claims, ...own }, volumes: others(usage.volumes) } });
  });
}

/** Says where the data is that a task is started without, on a host that its user has named. */
export async function warnOfDataElsewhere(
  ctx: EngineContext,
  { cluster, definition }: Wish,
  host: InstanceRecord,
): Promise<void> {
  const names = namesOf(definition.definition);
  if (names.length === 0) return;
  const [instances, usages] = await Promise.all([
    ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) }),
    ctx.store.list<UsageRecord>({ prefix: keys.usages(cluster) }),
  ]);
  const held = new Map(usages.map(({ key, value }) => [key, volumesOf(value)]));
  for (const name of names) {
    const on = instances
      .filter(({ value }) => held.get(keys.usage(cluster, value.id))?.has(name))
      .map(({ value }) => value.name);
    if (on.length === 0 || on.includes(host.name)) continue;
    const message = `the data of volume ${name} is on ${on.join(', ')}: on ${host.name} the task starts without it`;
    ctx.emit({ type: 'warning', message });
  }
}
