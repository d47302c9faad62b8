import { hash } from 'node:crypto';
import type { Awaited } from '../agent/start-conditions.js';
import type {
  Attachment,
  Container,
  ContainerInstance,
  ContainerInstanceHealthStatus,
  Resource,
  Task,
} from '../api/types.js';
import { platformMeant } from '../api/fargate-platform.js';
import { waitingFor } from '../api/waiting-words.js';
import { containerArn, containerInstanceArn, clusterArn, taskArn, taskDefinitionArn } from '../api/arn.js';
import { keys } from './keys.js';
import type { EngineContext } from './context.js';
import { remainingOf, usedPortsOf, EMPTY_USAGE } from './placement.js';
import { conditionsAwaited } from './start-under-way.js';
import type { ContainerRecord, InstanceRecord, TaskRecord, UsageRecord } from './records.js';

/** Records in ECS's shapes: ARNs printed, times as dates, members present where AWS has them. */

/** Tasks of a cluster, with what their instances say of them. */
export async function presentTasks(
  ctx: Pick<EngineContext, 'identity' | 'store'>,
  cluster: string,
  tasks: readonly TaskRecord[],
  options: { tags?: boolean } = {},
): Promise<Task[]> {
  const instances = await ctx.store.getMany<InstanceRecord>(
    tasks.map((t) => keys.instance(cluster, t.instance)),
  );
  return tasks.map((task, i) => presentTask(ctx, task, instances[i]?.value, options));
}

function presentTask(
  ctx: Pick<EngineContext, 'identity'>,
  task: TaskRecord,
  instance: Pick<InstanceRecord, 'zone' | 'attributes' | 'connected'> | undefined,
  options: { tags?: boolean } = {},
): Task {
  const { identity } = ctx;
  const architecture = instance?.attributes.find((a) => a.name === 'ecs.cpu-architecture');
  return drop({
    attachments: attachmentsOf(task),
    attributes: architecture === undefined ? [] : [architecture],
    availabilityZone: instance?.zone,
    capacityProviderName: task.capacityProvider,
    clusterArn: clusterArn(identity, task.cluster),
    ...connectivityOf(task, instance),
    containerInstanceArn: containerInstanceArn(identity, task.cluster, task.instance),
    containers: presentContainers(ctx, task),
    cpu: task.cpu ?? String(task.resources.cpu),
    createdAt: date(task.createdAt),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand ?? false,
    executionStoppedAt: date(task.executionStoppedAt),
    group: task.group,
    healthStatus: healthOf(task),
    lastStatus: task.lastStatus,
    launchType: task.launchType,
    memory: task.memory ?? String(task.resources.memory),
    overrides: presentOverrides(task),
    ...platformMeant(task.launchType, task.platformVersion),
    pullStartedAt: date(task.pullStartedAt),
    pullStoppedAt: date(task.pullStoppedAt),
    startedAt: date(task.startedAt),
    startedBy: task.startedBy,
    stopCode: task.stopCode,
    stoppedAt: date(task.stoppedAt),
    stoppedReason: task.stoppedReason,
    stoppingAt: date(task.stoppingAt),
    tags: options.tags ? task.tags : [],
    taskArn: taskArn(identity, task.cluster, task.id),
    taskDefinitionArn: taskDefinitionArn(identity, task.family, task.revision),
    version: task.version,
  });
}

/** Whether ECS's agent, here we, can see the task's host; of a task that has stopped, whether it could. */
function connectivityOf(
  { connectivityAt, startedAt, lastStatus }: TaskRecord,
  instance: Pick<InstanceRecord, 'connected'> | undefined,
): Pick<Task, 'connectivity' | 'connectivityAt'> {
  const at = connectivityAt ?? startedAt;
  if (at === undefined) return {};
  const isLost = lastStatus !== 'STOPPED' && instance?.connected === false;
  return { connectivity: isLost ? 'DISCONNECTED' : 'CONNECTED', connectivityAt: date(at) };
}

/** ECS looks at essential containers only; one that has no health check is UNKNOWN, and so is its task (API model, Task). */
function healthOf({ containers }: TaskRecord): Task['healthStatus'] {
  const essential = containers.filter((container) => container.essential);
  if (essential.some(({ healthStatus }) => healthStatus === 'UNHEALTHY')) return 'UNHEALTHY';
  return essential.every(({ healthStatus }) => healthStatus === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN';
}

/** ECS lists an override for each container, empty ones too (aws-cli examples, run-task). */
function presentOverrides(task: TaskRecord): Task['overrides'] {
  const given = task.overrides.containerOverrides ?? [];
  return {
    ...task.overrides,
    containerOverrides: task.containers.map((c) => given.find((o) => o.name === c.name) ?? { name: c.name }),
    inferenceAcceleratorOverrides: task.overrides.inferenceAcceleratorOverrides ?? [],
  };
}

function presentContainers(ctx: Pick<EngineContext, 'identity'>, task: TaskRecord): Container[] {
  const isStarting = task.lastStatus === 'PENDING' && task.containers.some((c) => c.startedAt !== undefined);
  const awaited = isStarting ? conditionsAwaited(task) : new Map<string, Awaited[]>();
  return task.containers.map((container) => {
    const conditions = awaited.get(container.name);
    // ECS says nothing of a container that waits; where it says why one failed is where people look.
    const reason = conditions === undefined ? container.reason : waitingFor(conditions);
    return presentContainer(ctx, task, { ...container, ...(reason !== undefined && { reason }) });
  });
}

function presentContainer(
  ctx: Pick<EngineContext, 'identity'>,
  task: TaskRecord,
  container: ContainerRecord,
): Container {
  return drop({
    containerArn: arnOfContainer(ctx, task, container.name),
    taskArn: taskArn(ctx.identity, task.cluster, task.id),
    name: container.name,
    image: container.image,
    imageDigest: container.imageDigest,
    runtimeId: container.runtimeId,
    lastStatus: container.lastStatus,
    exitCode: container.exitCode,
    reason: container.reason,
    networkBindings: container.networkBindings,
    networkInterfaces: attachmentsOf(task).map(({ id }) => ({
      attachmentId: id,
      privateIpv4Address: task.holder?.ipAddress,
    })),
    healthStatus: container.healthStatus ?? ('UNKNOWN' as const),
    // Ours: ECS shows it in the task metadata endpoint only.
    restartCount: container.restartPolicy && (container.restartCount ?? 0),
    cpu: String(container.cpu),
    memory: container.memory === undefined ? undefined : String(container.memory),
    memoryReservation:
      container.memoryReservation === undefined ? undefined : String(container.memoryReservation),
  });
}

export const arnOfContainer = (
  { identity }: Pick<EngineContext, 'identity'>,
  { cluster, id }: Pick<TaskRecord, 'cluster' | 'id'>,
  name: string,
): string => containerArn(identity, cluster, id, containerUuid(id, name));

/** The address of an awsvpc task, as that of an elastic network interface; what only AWS has (ids) is left out. */
function attachmentsOf({ id, holder, lastStatus }: TaskRecord): Attachment[] {
  if (holder?.ipAddress === undefined) return [];
  const { ipAddress, macAddress } = holder;
  return [
    {
      id: containerUuid(id, 'network interface'),
      type: 'ElasticNetworkInterface',
      status: lastStatus === 'STOPPED' ? 'DELETED' : 'ATTACHED',
      details: [
        ...(macAddress === undefined ? [] : [{ name: 'macAddress', value: macAddress }]),
        { name: 'privateIPv4Address', value: ipAddress },
      ],
    },
  ];
}

/** A container's ARN ends in a UUID; made of the task's id and the container's name, it needs no place to be kept. */
function containerUuid(taskId: string, name: string): string {
  const hex = hash('sha256', `${taskId}/${name}`);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

export function presentInstance(
  ctx: Pick<EngineContext, 'identity'>,
  instance: InstanceRecord,
  usage: UsageRecord = EMPTY_USAGE,
  counts: { running: number; pending: number } = { running: 0, pending: 0 },
  options: { tags?: boolean; health?: boolean } = {},
): ContainerInstance {
  const remaining = remainingOf(instance, usage);
  const numbers = (kind: string, ports: Iterable<string>) =>
    [...ports]
      .filter((port) => port.startsWith(`${kind}/`))
      .map((port) => Number(port.slice(kind.length + 1)))
      .sort((one, other) => one - other)
      .map(String);
  const idle = usedPortsOf({ ...instance, listening: [] }, EMPTY_USAGE);
  // ECS lists fixed ports only: a dynamic one is no resource of the instance.
  const dynamic = new Set(Object.values(usage.claims).flatMap((claim) => claim.dynamic ?? []));
  const used = [...usedPortsOf(instance, usage)].filter((port) => !dynamic.has(port));
  const resources = (
    amounts: { cpu: number; memory: number; gpus: number },
    ports: Iterable<string>,
  ): Resource[] => [
    integer('CPU', amounts.cpu),
    integer('MEMORY', amounts.memory),
    stringSet('PORTS', numbers('tcp', ports)),
    stringSet('PORTS_UDP', numbers('udp', ports)),
    ...(instance.registered.gpus > 0 ? [integer('GPU', amounts.gpus)] : []),
  ];
  return drop({
    containerInstanceArn: containerInstanceArn(ctx.identity, instance.cluster, instance.id),
    ec2InstanceId: instance.name,
    version: instance.version ?? 1,
    // The query language takes the engine's for the agent's, too.
    versionInfo: {
      agentVersion: instance.engineVersion,
      dockerVersion: `DockerVersion: ${instance.engineVersion}`,
    },
    remainingResources: resources(remaining, used),
    registeredResources: resources(instance.registered, idle),
    status: instance.status,
    agentConnected: instance.connected,
    runningTasksCount: counts.running,
    pendingTasksCount: counts.pending,
    attributes: instance.attributes,
    ...(options.health && { healthStatus: healthOfInstance(instance) }),
    registeredAt: date(instance.registeredAt),
    attachments: [],
    tags: options.tags ? instance.tags : [],
  });
}

/** What ECS's agent says of the engine on its instance: whether it answers. */
function healthOfInstance({ connected, seenAt }: InstanceRecord): ContainerInstanceHealthStatus {
  const status = connected ? 'OK' : 'IMPAIRED';
  const detail = { type: 'CONTAINER_RUNTIME', status, lastStatusChange: date(seenAt) } as const;
  return { overallStatus: status, details: [detail] };
}

const integer = (name: string, value: number): Resource => ({
  name,
  type: 'INTEGER',
  doubleValue: 0,
  longValue: 0,
  integerValue: Math.floor(value),
});

const stringSet = (name: string, values: string[]): Resource => ({
  name,
  type: 'STRINGSET',
  doubleValue: 0,
  longValue: 0,
  integerValue: 0,
  stringSetValue: values,
});

const date = (milliseconds: number | undefined): Date | undefined =>
  milliseconds === undefined ? undefined : new Date(milliseconds);

/** A member without value is absent, as in AWS's answers. */
function drop<T extends object>(value: T): T {
  const kept: Partial<T> = {};
  for (const name in value) if (value[name] !== undefined) kept[name] = value[name];
  return kept as T;
}
