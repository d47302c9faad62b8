import pLimit from 'p-limit';
import type { HostUsage, ServiceUsage, TaskUsage } from '../api/usage-types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { containerInstanceArn, taskArn, taskId } from '../api/arn.js';
import type { DockerHost } from '../hosts/docker-host.js';
import type { ContainerStats } from '../hosts/container-types.js';
import { HostError } from '../hosts/host-error.js';
import { activeCluster } from './clusters.js';
import { instanceOf } from './container-instances.js';
import { indexes, keys } from './keys.js';
import { within } from './pause.js';
import { capacityOf } from './placement.js';
import { recordsOf, refresh, type Sighting } from './refresh.js';
import { serviceTask } from './services/observed.js';
import { taskCounts } from './services/present-service.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord, UsageRecord } from './records.js';
import type { ServiceRecord } from './services/records.js';

/** What one look asks of one host: containers at once, and tasks altogether. An engine reads a few files for each. */
const PACE = { atOnce: 8, most: 200 };
/**
 * Up to API 1.41 (Docker 20.10) each takes a second or two, in which the engine does nothing but wait for its next reading: so
 * many wait together.
 */
const SLOW_PACE = { atOnce: 64, most: 200 };
/** Ms after which a host's figures are those that came, where some are slow. */
const PATIENCE = 3500;

/**
 * What the hosts, services and tasks of a cluster are and use, by a look at the hosts (`refresh: false`: as the state
 * knows them, without figures). CPU time is counted from each container's start: two looks tell how much is used between
 * them. Errors: ClusterNotFoundException, InvalidParameterException where there is no such host.
 */
export async function describeUsage(
  input: OperationInput<'DescribeUsage'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeUsage'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const only = await idsOf(ctx, cluster, input.containerInstances);
  const sightings = input.refresh === false ? [] : await refresh(ctx, cluster, only && { only });
  const { instances, tasks } = await recordsOf(ctx, cluster, only);
  instances.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const wanted = input.tasks && new Set(input.tasks.map((task) => taskId(task)));
  const asked = tasks.filter(({ id }) => wanted?.has(id) ?? true);
  const stats = await Promise.all(sightings.map((sighting) => statsOn(sighting, asked)));
  const byTask = new Map(stats.flat());
  const usages = await ctx.store.getMany<UsageRecord>(instances.map(({ id }) => keys.usage(cluster, id)));
  const names = new Map(instances.map(({ id, name }) => [id, name]));
  return {
    clusterName: cluster,
    hosts: instances.map((instance, i) => hostUsage(ctx, instance, usages[i]?.value)),
    services: only === undefined ? await servicesOf(ctx, cluster) : [],
    tasks: tasks.map((task) => taskUsage(ctx, task, names, byTask.get(task.id))),
  };
}

/** undefined: all of them. */
async function idsOf(
  ctx: EngineContext,
  cluster: string,
  hosts: readonly string[] | undefined,
): Promise<Set<string> | undefined> {
  if (hosts === undefined) return undefined;
  const found = await Promise.all(hosts.map((host) => instanceOf(ctx, cluster, host)));
  return new Set(found.map(({ id }) => id));
}

async function servicesOf(ctx: EngineContext, cluster: string): Promise<ServiceUsage[]> {
  const services = await ctx.store.list<ServiceRecord>({ index: indexes.services(cluster, 'ACTIVE') });
  return Promise.all(
    services.map(async ({ value: { service, revisions } }) => {
      const [primary] = service.deployments;
      const revision = revisions[primary?.id ?? ''];
      const counts = [...(await taskCounts(ctx, cluster, service.name)).values()];
      return {
        serviceName: service.name,
        desiredCount: service.desiredCount,
        runningCount: counts.reduce((sum, { running }) => sum + running, 0),
        pendingCount: counts.reduce((sum, { pending }) => sum + pending, 0),
        rolloutState: primary?.rolloutState ?? '',
        taskDefinition: revision === undefined ? '' : `${revision.family}:${revision.revision}`,
      };
    }),
  );
}

function hostUsage(ctx: EngineContext, instance: InstanceRecord, usage: UsageRecord | undefined): HostUsage {
  const { cpu, memory } = capacityOf(instance);
  const claims = [...Object.values(usage?.claims ?? {}), ...(usage === undefined ? [] : [usage.foreign])];
  return {
    name: instance.name,
    containerInstanceArn: containerInstanceArn(ctx.identity, instance.cluster, instance.id),
    status: instance.status,
    agentConnected: instance.connected,
    cpu,
    memory,
    reservedCpu: claims.reduce((sum, claim) => sum + claim.cpu, 0),
    reservedMemory: claims.reduce((sum, claim) => sum + claim.memory, 0),
  };
}

function taskUsage(
  ctx: EngineContext,
  task: TaskRecord,
  hosts: ReadonlyMap<string, string>,
  stats: ContainerStats | undefined,
): TaskUsage {
  const { health } = serviceTask(task);
  return {
    taskArn: taskArn(ctx.identity, task.cluster, task.id),
    host: hosts.get(task.instance) ?? task.instance,
    taskDefinition: `${task.family}:${task.revision}`,
    group: task.group,
    lastStatus: task.lastStatus,
    ...(health !== undefined && { healthStatus: health }),
    ...(task.startedAt !== undefined && { startedAt: task.startedAt }),
    ...(stats !== undefined && { stats }),
  };
}

/** Of the tasks of one host, by their ids. One that goes away meanwhile is left out, and so are tasks beyond what is asked. */
async function statsOn(
  { instance, host }: Sighting,
  tasks: readonly TaskRecord[],
): Promise<[string, ContainerStats][]> {
  const { atOnce, most } = await paceOf(host);
  const limit = pLimit(atOnce);
  const own = tasks.filter((task) => task.instance === instance.id && task.lastStatus === 'RUNNING');
  const told: [string, ContainerStats][] = [];
  const asked = own.slice(0, most).map(async (task): Promise<void> => {
    const parts = await Promise.all(
      task.containers.map(({ runtimeId, lastStatus }) =>
        runtimeId === undefined || lastStatus !== 'RUNNING'
          ? undefined
          : limit(() => statsOf(host, runtimeId)),
      ),
    );
    const there = parts.filter((part) => part !== undefined);
    if (there.length === 0) return;
    const total = (key: keyof ContainerStats) => there.reduce((sum, part) => sum + part[key], 0);
    const readAt = Math.max(...there.map((part) => part.readAt));
    told.push([
      task.id,
      { readAt, cpuNanoseconds: total('cpuNanoseconds'), memoryBytes: total('memoryBytes') },
    ]);
  });
  await within(PATIENCE, Promise.all(asked));
  return told;
}

async function paceOf(host: DockerHost): Promise<typeof PACE> {
  try {
    const [, minor] = (await host.info()).apiVersion.split('.');
    return Number(minor) <= 41 ? SLOW_PACE : PACE;
  } catch (error) {
    if (error instanceof HostError) return PACE;
    throw error;
  }
}

async function statsOf(host: DockerHost, id: string): Promise<ContainerStats | undefined> {
  try {
    return await host.containerStats(id);
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}
