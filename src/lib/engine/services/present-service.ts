import type { Deployment as EcsDeployment, Service as EcsService, ServiceEvent } from '../../api/types.js';
import {
  clusterArn,
  roleArn,
  serviceArn,
  serviceDeploymentArn,
  serviceRevisionArn,
  taskDefinitionArn,
} from '../../api/arn.js';
import { platformAsked, platformMeant } from '../../api/fargate-platform.js';
import { startedDeployment } from '../../services/halted.js';
import type { Deployment } from '../../services/types.js';
import type { EngineContext } from '../context.js';
import { indexes, keys } from '../keys.js';
import { launchTypeBy } from '../launch.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import type { RevisionRecord, RevisionSettings, ServiceEventRecord, ServiceRecord } from './records.js';
import { sharedDesire } from './shared-desire.js';

/** Tasks of one deployment, or of all, as ECS counts them. */
export interface TaskCounts {
  running: number;
  pending: number;
  /** Told that they are to stop; ECS counts them as neither. */
  stopping: number;
}

/** A service in ECS's shape. */
export async function presentService(
  ctx: EngineContext,
  record: ServiceRecord,
  { tags = false }: { tags?: boolean } = {},
): Promise<EcsService> {
  const { cluster, service, revisions } = record;
  const [counts, events] = await Promise.all([
    taskCounts(ctx, cluster, service.name),
    ctx.store.get<ServiceEventRecord[]>(keys.serviceEvents(cluster, service.name)),
  ]);
  const primary = service.deployments[0];
  const revision = primary && revisions[primary.id];
  const { settings = {} } = revision ?? {};
  const current = service.deployments.find(({ outcome }) => isUnderWay(outcome));
  const all = sum([...counts.values()]);
  const desired = sharedDesire(service.deployments, service.desiredCount, counts);
  return {
    serviceArn: serviceArn(ctx.identity, cluster, service.name),
    serviceName: service.name,
    clusterArn: clusterArn(ctx.identity, cluster),
    loadBalancers: settings.loadBalancers ?? [],
    serviceRegistries: settings.serviceRegistries ?? [],
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: all.running,
    pendingCount: all.pending,
    ...whereOf(revision),
    ...platformAsked(launchTypeOf(revision), settings.platformVersion),
    ...(revision && { taskDefinition: taskDefinitionArn(ctx.identity, revision.family, revision.revision) }),
    deploymentConfiguration: record.deploymentConfiguration,
    deployments: service.deployments
      .filter((one) => isShown(one, counts.get(one.id), startedDeployment(service)))
      .map((one) => presentDeployment(ctx, record, one, desired.get(one.id), counts.get(one.id))),
    events: (events?.value ?? []).map(presentEvent),
    createdAt: new Date(record.createdAt),
    createdBy: `arn:aws:iam::${ctx.identity.account}:root`,
    ...(record.role !== undefined && { roleArn: roleArn(ctx.identity, record.role) }),
    ...(current && {
      currentServiceDeployment: serviceDeploymentArn(ctx.identity, cluster, service.name, idOf(current)),
    }),
    currentServiceRevisions: service.deployments.flatMap((one) => {
      const of = revisions[one.id];
      const { running, pending } = counts.get(one.id) ?? NONE;
      if (of === undefined || (one !== primary && running + pending === 0)) return [];
      return [
        {
          arn: serviceRevisionArn(ctx.identity, cluster, service.name, of.id),
          requestedTaskCount: desired.get(one.id),
          runningTaskCount: running,
          pendingTaskCount: pending,
        },
      ];
    }),
    placementConstraints: record.placementConstraints,
    placementStrategy: record.placementStrategy,
    ...(settings.networkConfiguration && { networkConfiguration: settings.networkConfiguration }),
    healthCheckGracePeriodSeconds: service.healthCheckGracePeriod / 1000,
    schedulingStrategy: service.scheduling,
    deploymentController: { type: 'ECS' },
    ...(tags ? { tags: record.tags } : {}),
    enableECSManagedTags: record.enableECSManagedTags ?? false,
    propagateTags: record.propagateTags ?? 'NONE',
    enableExecuteCommand: record.enableExecuteCommand ?? false,
    availabilityZoneRebalancing: record.availabilityZoneRebalancing,
  };
}

/** ECS tells of a launch type, or of the strategy that takes its place. */
export function whereOf(
  revision: RevisionRecord | undefined,
): Pick<EcsDeployment, 'capacityProviderStrategy' | 'launchType'> {
  const { capacityProviderStrategy = [] } = revision?.settings ?? {};
  return capacityProviderStrategy.length > 0
    ? { capacityProviderStrategy }
    : { launchType: revision?.launchType ?? 'EC2' };
}

const launchTypeOf = (revision: RevisionRecord | undefined) =>
  launchTypeBy(revision?.settings.capacityProviderStrategy, revision?.launchType);

/** `ecs-svc/` is no part of the id in ARNs. */
export const idOf = ({ id }: Pick<Deployment, 'id'>): string => id.replace(/^ecs-svc\//, '');

export const isUnderWay = (outcome: Deployment['outcome']): boolean =>
  outcome === 'PENDING' || outcome === 'IN_PROGRESS' || outcome === 'ROLLBACK_IN_PROGRESS';

/** One that is kept only to go back to isn't there for ECS: it has no tasks any more, and gets none. */
const isShown = (one: Deployment, counts: TaskCounts | undefined, started: Deployment | undefined): boolean =>
  one.status === 'PRIMARY' ||
  one === started ||
  (counts !== undefined && counts.running + counts.pending + counts.stopping > 0);

function presentDeployment(
  ctx: EngineContext,
  { revisions }: ServiceRecord,
  deployment: Deployment,
  desiredCount = 0,
  { running, pending }: TaskCounts = NONE,
): EcsDeployment {
  const { id, status, createdAt, updatedAt, failedTasks, rolloutState, rolloutStateReason } = deployment;
  const revision = revisions[id];
  const { settings = {} } = revision ?? {};
  return {
    id,
    status,
    ...(revision && { taskDefinition: taskDefinitionArn(ctx.identity, revision.family, revision.revision) }),
    desiredCount,
    pendingCount: pending,
    runningCount: running,
    failedTasks,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    ...whereOf(revision),
    ...platformMeant(launchTypeOf(revision), settings.platformVersion),
    ...(settings.networkConfiguration && { networkConfiguration: settings.networkConfiguration }),
    ...onlyInDeployments(settings),
    rolloutState,
    rolloutStateReason,
  };
}

/** ECS tells of these in deployments, and not in the service itself. */
function onlyInDeployments({
  serviceConnectConfiguration,
  vpcLatticeConfigurations,
}: Partial<RevisionSettings>): Partial<EcsDeployment> {
  return {
    ...(serviceConnectConfiguration && { serviceConnectConfiguration }),
    ...(vpcLatticeConfigurations && { vpcLatticeConfigurations }),
  };
}

const presentEvent = ({ id, at, message }: ServiceEventRecord): ServiceEvent => ({
  id,
  createdAt: new Date(at),
  message,
});

/** By deployment. A task on a host that was given up counts as nothing, as in the service's plans. */
export async function taskCounts(
  ctx: Pick<EngineContext, 'store'>,
  cluster: string,
  service: string,
): Promise<Map<string, TaskCounts>> {
  const [tasks, instances] = await Promise.all([
    ctx.store.list<TaskRecord>({ index: indexes.serviceTasks(cluster, service) }),
    ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) }),
  ]);
  const away = new Set(instances.filter(({ value }) => !value.connected).map(({ value }) => value.id));
  const counts = new Map<string, TaskCounts>();
  for (const { value: task } of tasks) {
    if (task.wasLost && away.has(task.instance)) continue;
    const count = { ...(counts.get(task.startedBy ?? '') ?? NONE) };
    if (task.desiredStatus === 'STOPPED') count.stopping += 1;
    else count[task.lastStatus === 'RUNNING' ? 'running' : 'pending'] += 1;
    counts.set(task.startedBy ?? '', count);
  }
  return counts;
}

const NONE: TaskCounts = { running: 0, pending: 0, stopping: 0 };

const sum = (counts: readonly TaskCounts[]): Omit<TaskCounts, 'stopping'> => ({
  running: counts.reduce((total, { running }) => total + running, 0),
  pending: counts.reduce((total, { pending }) => total + pending, 0),
});
