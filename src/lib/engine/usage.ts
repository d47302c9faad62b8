import pLimit from 'p-limit';
import type { HostUsage, TaskUsage } from '../api/usage-types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { containerInstanceArn, taskArn } from '../api/arn.js';
import type { ContainerStats, DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { activeCluster } from './clusters.js';
import { indexes, keys } from './keys.js';
import { capacityOf } from './placement.js';
import { refresh, type Sighting } from './refresh.js';
import { serviceTask } from './services/observed.js';
import { taskCounts } from './services/present-service.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, ServiceRecord, TaskRecord, UsageRecord } from './records.js';

/** Containers of one host that are asked of at once, and altogether: an engine reads a few files for each. */
const AT_ONCE = 8;
const MOST_A_HOST = 200;

/**
 * What the hosts, services and tasks of a cluster are and use, by a look at the hosts. CPU time is counted from each
 * container's start: two looks tell how much is used between them. Errors: ClusterNotFoundException.
 */
export async function describeUsage(
  input: OperationInput<'DescribeUsage'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeUsage'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const sightings = await refresh(ctx, cluster);
  const [instances, usages, tasks, services] = await Promise.all([
    ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) }),
    ctx.store.list<UsageRecord>({ prefix: keys.usages(cluster) }),
    ctx.store.list<TaskRecord>({ prefix: keys.tasks(cluster) }),
    ctx.store.list<ServiceRecord>({ index: indexes.services(cluster, 'ACTIVE') }),
  ]);
  const records = tasks.map(({ value }) => value);
  const stats = await Promise.all(sightings.map((sighting) => statsOn(sighting, records)));
  const byTask = new Map(stats.flat());
  const usageOf = new Map(usages.map(({ key, value }) => [key, value]));
  const names = new Map(instances.map(({ value }) => [value.id, value.name]));
  return {
    clusterName: cluster,
    hosts: instances.map(({ value }) => hostUsage(ctx, value, usageOf.get(keys.usage(cluster, value.id)))),
    services: await Promise.all(
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
    ),
    tasks: records.map((task) => taskUsage(ctx, task, names, byTask.get(task.id))),
  };
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
  const limit = pLimit(AT_ONCE);
  const own = tasks.filter((task) => task.instance === instance.id && task.lastStatus === 'RUNNING');
  const asked = own.slice(0, MOST_A_HOST).map(async (task): Promise<[string, ContainerStats][]> => {
    const parts = await Promise.all(
      task.containers.map(({ runtimeId, lastStatus }) =>
        runtimeId === undefined || lastStatus !== 'RUNNING'
          ? undefined
          : limit(() => statsOf(host, runtimeId)),
      ),
    );
    const there = parts.filter((part) => part !== undefined);
    if (there.length === 0) return [];
    const total = (key: keyof ContainerStats) => there.reduce((sum, part) => sum + part[key], 0);
    const readAt = Math.max(...there.map((part) => part.readAt));
    return [
      [task.id, { readAt, cpuNanoseconds: total('cpuNanoseconds'), memoryBytes: total('memoryBytes') }],
    ];
  });
  return (await Promise.all(asked)).flat();
}

async function statsOf(host: DockerHost, id: string): Promise<ContainerStats | undefined> {
  try {
    return await host.containerStats(id);
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}
