import { isHolder } from '../../agent/names.js';
import { removeContainers } from '../../agent/stop.js';
import { ownNetworks, removeNetworks } from '../../agent/task-network.js';
import type { ObservedContainer } from '../../agent/types.js';
import { hasEnded, observeHost } from '../../agent/observe.js';
import { containerInstanceArn } from '../../api/arn.js';
import type { PrunedContainer, PrunedHost, PrunedImage } from '../../api/operation-types.js';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import type { DockerHost } from '../../hosts/docker-host.js';
import { HostError } from '../../hosts/host-error.js';
import { activeCluster } from '../clusters.js';
import { cleanImages, removeImage } from '../images/clean-images.js';
import { imagesInUse } from '../images/image-use.js';
import { keys } from '../keys.js';
import { refresh, type Sighting } from '../refresh.js';
import type { EngineContext } from '../context.js';
import type { CleanupRecord, InstanceRecord, TaskRecord } from '../records.js';
import { endOf, isLeftOver } from './leftovers.js';
import { describeVolume, leftVolumes, removeLeft } from './left-volumes.js';
import { namesToRemove, unusedImages } from './unused-images.js';

type Input = OperationInput<'Prune'>;

/** Containers that are removed from one host at once. */
const AT_ONCE = 8;

/**
 * Removes from a cluster's hosts what stopped tasks have left: their containers, with volumes of their own, once they
 * have been kept long enough (`all`: all of them), and what never started. `images`: also images that no container uses, but for those that no
 * registry has. `dryRun` only tells. A host that doesn't answer is told of and left out.
 * Errors: ClusterNotFoundException.
 */
export async function prune(input: Input, ctx: EngineContext): Promise<OperationOutput<'Prune'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const sightings = await refresh(ctx, cluster);
  const hosts = await Promise.all(sightings.map((sighting) => pruneHost(ctx, input, sighting)));
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  const seen = new Set(hosts.map((host) => host?.name));
  return {
    clusterName: cluster,
    dryRun: input.dryRun ?? false,
    hosts: hosts.filter((host) => host !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1)),
    unreachableHosts: instances.map(({ value }) => value.name).filter((name) => !seen.has(name)),
  };
}

async function pruneHost(
  ctx: EngineContext,
  input: Input,
  { instance, host, tasks }: Sighting,
): Promise<PrunedHost | undefined> {
  try {
    const leftovers = await leftoversOn(ctx, input, instance, host, tasks);
    const containers = leftovers.flatMap(({ containers: each }) => each);
    const gone = new Set(leftovers.map(({ taskId }) => taskId));
    const volumes = await leftVolumes(ctx, instance, host, { seen: tasks, gone });
    if (!input.dryRun) await remove(ctx, instance, host, leftovers);
    return {
      name: instance.name,
      containerInstanceArn: containerInstanceArn(ctx.identity, instance.cluster, instance.id),
      containers: leftovers.flatMap(describe),
      volumes: (input.dryRun ? volumes : await removeLeft(ctx, host, volumes)).map(describeVolume),
      networks: await pruneNetworks(input, instance, host, tasks, containers),
      images: await pruneImages(ctx, input, instance, host, containers),
    };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: instance.name, error });
    return undefined;
  }
}

interface Leftover {
  taskId: string;
  containers: ObservedContainer[];
  past: TaskRecord | undefined;
}

async function leftoversOn(
  ctx: EngineContext,
  { all = false }: Input,
  { cluster }: InstanceRecord,
  host: DockerHost,
  tasks: Sighting['tasks'],
): Promise<Leftover[]> {
  const rules = { now: ctx.clock(), wait: all ? -Infinity : ctx.settings.cleanupWait };
  const left: Leftover[] = [];
  for (const [taskId, seen] of tasks) {
    const [live, past] = await ctx.store.getMany<TaskRecord>([
      keys.task(cluster, taskId),
      keys.stopped(cluster, taskId),
    ]);
    // The listing doesn't say when containers ended that no record knows: they are looked at.
    const isKnown = past !== undefined && !past.value.orphaned;
    const containers = isKnown ? seen : await observeHost(host, { cluster, taskId });
    if (containers.length > 0 && isLeftOver(containers, live?.value, past?.value, rules))
      left.push({ taskId, containers, past: past?.value });
  }
  return left;
}

/** Removed tasks are no longer to be cleaned up; their records, with exit codes and the ends of their logs, stay. */
async function remove(
  ctx: EngineContext,
  { cluster, id, name }: InstanceRecord,
  host: DockerHost,
  leftovers: readonly Leftover[],
): Promise<void> {
  const containers = leftovers.flatMap((leftover) => leftover.containers.map((container) => container.id));
  for (let at = 0; at < containers.length; at += AT_ONCE) {
    ctx.signal.throwIfAborted();
    ctx.emit({ type: 'removal', host: name, current: at, total: containers.length });
    await removeContainers(host, containers.slice(at, at + AT_ONCE));
  }
  if (containers.length > 0)
    ctx.emit({ type: 'removal', host: name, current: containers.length, total: containers.length });
  const gone = new Set(leftovers.map(({ taskId }) => taskId));
  const cleanups = await ctx.store.list<CleanupRecord>({ prefix: keys.cleanups(cluster, id) });
  await ctx.store.commit({
    deletes: cleanups.filter(({ value }) => gone.has(value.id)).map(({ key }) => key),
  });
}

function describe({ taskId, containers, past }: Leftover): PrunedContainer[] {
  const end = endOf(containers, past);
  return withoutHolder(containers).map((container) => ({
    taskId,
    name: container.containerName,
    runtimeId: container.id,
    image: container.image,
    ...(container.state === 'created' ? {} : { stoppedAt: new Date(end) }),
  }));
}

/** What held the task's namespaces is no container of the task. */
const withoutHolder = (containers: readonly ObservedContainer[]) =>
  containers.filter((container) => !isHolder(container));

/** The networks of the cluster's tasks that no task uses any more, or will when `removed` are gone. */
async function pruneNetworks(
  { dryRun }: Input,
  { cluster }: InstanceRecord,
  host: DockerHost,
  tasks: Sighting['tasks'],
  removed: readonly ObservedContainer[],
): Promise<string[]> {
  const gone = new Set(removed.map(({ id }) => id));
  const inUse = (c: ObservedContainer) => isHolder(c) && !gone.has(c.id) && !hasEnded(c);
  if ([...tasks.values()].flat().some(inUse)) return [];
  return dryRun ? (await ownNetworks(host, cluster)).map(({ name }) => name) : removeNetworks(host, cluster);
}

/** Those that a cycle of clean-up removes, or all that nothing uses. `removed`: containers that are gone, or would be. */
async function pruneImages(
  ctx: EngineContext,
  { dryRun = false, images: all = false }: Input,
  instance: InstanceRecord,
  host: DockerHost,
  removed: readonly ObservedContainer[],
): Promise<PrunedImage[]> {
  const gone = new Set(removed.map(({ id }) => id));
  if (all) return pruneUnused(ctx, dryRun, instance, host, gone);
  const cleaned = await cleanImages(ctx, instance, host, { dryRun, without: gone });
  const more = `${cleaned.left} more that tasks pulled may go too: prune again, or with --images`;
  if (cleaned.left > 0) ctx.emit({ type: 'note', message: `${instance.name}: images: ${more}` });
  return cleaned.removed;
}

async function pruneUnused(
  ctx: EngineContext,
  dryRun: boolean,
  { cluster, name }: InstanceRecord,
  host: DockerHost,
  gone: ReadonlySet<string>,
): Promise<PrunedImage[]> {
  const { images, use } = await imagesInUse(ctx, cluster, host, gone);
  const { remove: unused, keep } = unusedImages(images, use.usedIds, [
    ...use.wanted,
    ...ctx.settings.imageCleanUp.exclude,
  ]);
  if (keep.length > 0) {
    const names = keep.flatMap(({ repoTags }) => repoTags).slice(0, 3);
    const more = keep.length > names.length ? ' …' : '';
    ctx.emit({
      type: 'note',
      message: `${name}: unused images that came from no registry stay: ${names.join(', ')}${more}`,
    });
  }
  const pruned: PrunedImage[] = [];
  for (const image of unused) {
    ctx.signal.throwIfAborted();
    const removed = namesToRemove(image);
    if (!dryRun && !(await removeImage(host, removed))) continue;
    pruned.push({ id: image.id, names: removed, size: image.size });
  }
  return pruned;
}
