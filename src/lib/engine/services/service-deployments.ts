import type { ServiceDeployment, ServiceRevision } from '../../api/types.js';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import {
  clusterArn,
  clusterOfArn,
  serviceArn,
  serviceDeploymentArn,
  serviceRevisionArn,
  taskDefinitionArn,
} from '../../api/arn.js';
import { EcsError } from '../../api/errors.js';
import { platformMeant } from '../../api/fargate-platform.js';
import { serviceDeploymentNotFound } from '../../api/service-errors.js';
import { decodeToken, encodeToken, pageSize } from '../../api/pagination.js';
import { servicePart } from '../../api/service-arns.js';
import { thresholdOf } from '../../services/breaker.js';
import { failDeployment } from '../../services/rollout.js';
import { transact, valuesIn } from '../../store/transact.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { keys } from '../keys.js';
import { launchTypeBy } from '../launch.js';
import type { PastDeploymentRecord, ServiceRecord } from './records.js';
import { idOf, isUnderWay, taskCounts, whereOf } from './present-service.js';
import { retireRevisions } from './retire-revisions.js';
import { findService, saveService, sourceOf, tellEvents } from './service-records.js';

/**
 * Newest first, those under way too; where no cluster is named it is that of the service's ARN, as in AWS's own examples.
 * Errors: ClusterNotFoundException, ServiceNotFoundException, InvalidParameterException.
 */
export async function listServiceDeployments(
  input: OperationInput<'ListServiceDeployments'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListServiceDeployments'>> {
  const cluster = await activeCluster(ctx, input.cluster ?? clusterOfArn(input.service));
  const record = await findService(valuesIn(ctx.store), cluster, input.service);
  const isWanted = ({ deployment }: PastDeploymentRecord) =>
    (input.status === undefined || input.status.includes(deployment.outcome)) &&
    isWithin(deployment.createdAt, input.createdAt);
  const limit = pageSize('ListServiceDeployments', input.maxResults);
  const after = input.nextToken && decodeToken('ListServiceDeployments', input.nextToken);
  const rest = (await deploymentsOf(ctx, cluster, record.service.name))
    .filter((one) => isWanted(one) && (!after || keyOf(one) < after))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    serviceDeployments: page.map((one) => {
      const full = present(ctx, one);
      return {
        serviceDeploymentArn: full.serviceDeploymentArn,
        serviceArn: full.serviceArn,
        clusterArn: full.clusterArn,
        startedAt: full.startedAt,
        createdAt: full.createdAt,
        ...(full.finishedAt && { finishedAt: full.finishedAt }),
        targetServiceRevisionArn: full.targetServiceRevision?.arn,
        status: full.status,
        ...(full.statusReason !== undefined && { statusReason: full.statusReason }),
      };
    }),
    ...(last && rest.length > limit && { nextToken: encodeToken('ListServiceDeployments', keyOf(last)) }),
  };
}

/** What deployments are listed by, whether they have left the service or not: when they began. */
const keyOf = ({ cluster, service, deployment: { createdAt, id } }: PastDeploymentRecord): string =>
  keys.pastDeployment(cluster, service, createdAt, id);

function isWithin(time: number, bounds: OperationInput<'ListServiceDeployments'>['createdAt']): boolean {
  const { after, before } = bounds ?? {};
  return (
    (after === undefined || time > new Date(after).getTime()) &&
    (before === undefined || time < new Date(before).getTime())
  );
}

/** Errors: ClusterNotFoundException, InvalidParameterException. */
export async function describeServiceDeployments(
  input: OperationInput<'DescribeServiceDeployments'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeServiceDeployments'>> {
  const found = await Promise.all(input.serviceDeploymentArns.map((text) => find(ctx, text)));
  return {
    serviceDeployments: await Promise.all(
      found.flatMap((one) => (one === undefined ? [] : [presentCounted(ctx, one)])),
    ),
    failures: input.serviceDeploymentArns
      .filter((_, i) => found[i] === undefined)
      .map((arn) => ({ arn, reason: 'MISSING' })),
  };
}

/** Errors: ClusterNotFoundException, InvalidParameterException. */
export async function describeServiceRevisions(
  input: OperationInput<'DescribeServiceRevisions'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeServiceRevisions'>> {
  const found = await Promise.all(
    input.serviceRevisionArns.map(async (text) => {
      const { cluster, service, id } = servicePart(text, 'service-revision');
      const all = await deploymentsOf(ctx, cluster, service);
      return all.find(({ revision }) => revision.id === id);
    }),
  );
  return {
    serviceRevisions: found.flatMap((one) => (one === undefined ? [] : [presentRevision(ctx, one)])),
    failures: input.serviceRevisionArns
      .filter((_, i) => found[i] === undefined)
      .map((arn) => ({ arn, reason: 'MISSING' })),
  };
}

/**
 * Ends a deployment that is under way: rolled back to the last that had completed, or (ABORT) left as it is. Errors:
 * ServiceDeploymentNotFoundException, ConflictException, InvalidParameterException.
 */
export async function stopServiceDeployment(
  input: OperationInput<'StopServiceDeployment'>,
  ctx: EngineContext,
): Promise<OperationOutput<'StopServiceDeployment'>> {
  const { cluster, service: name, id } = servicePart(input.serviceDeploymentArn, 'service-deployment');
  await activeCluster(ctx, cluster);
  const known = await find(ctx, input.serviceDeploymentArn);
  if (known === undefined) throw serviceDeploymentNotFound(input.serviceDeploymentArn);
  const rollback = input.stopType !== 'ABORT';
  await transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const record = await findService({ get: (key) => draft.get(key) }, cluster, name);
    const [primary] = record.service.deployments;
    if (primary === undefined || idOf(primary) !== id || !isUnderWay(primary.outcome))
      throw new EcsError('ConflictException', 'The service deployment is not in progress.');
    const now = ctx.clock();
    const { service, events } = failDeployment(record.service, rollback, 'user', now);
    const after = { ...record, service };
    saveService(draft, record, after, now);
    await tellEvents(ctx, draft, after, [...events, ...(await retireRevisions(draft, record, after, now))]);
  });
  return { serviceDeploymentArn: serviceDeploymentArn(ctx.identity, cluster, name, id) };
}

/** Deployments that have not left the service, in the form of those that have. */
function currentOf(record: ServiceRecord): PastDeploymentRecord[] {
  const { cluster, service, revisions, deploymentConfiguration } = record;
  return service.deployments.flatMap((deployment) => {
    const revision = revisions[deployment.id];
    if (revision === undefined) return [];
    return [
      {
        cluster,
        service: service.name,
        deployment,
        revision,
        desiredCount: service.desiredCount,
        deploymentConfiguration,
        ...sourceOf(deployment),
      },
    ];
  });
}

async function deploymentsOf(
  ctx: EngineContext,
  cluster: string,
  service: string,
): Promise<PastDeploymentRecord[]> {
  const record = await valuesIn(ctx.store).get<ServiceRecord>(keys.service(cluster, service));
  const past = await ctx.store.list<PastDeploymentRecord>({
    prefix: keys.pastDeployments(cluster, service),
    reverse: true,
  });
  return [...(record === undefined ? [] : currentOf(record)), ...past.map(({ value }) => value)];
}

async function find(ctx: EngineContext, text: string): Promise<PastDeploymentRecord | undefined> {
  const { cluster, service, id } = servicePart(text, 'service-deployment');
  const all = await deploymentsOf(ctx, cluster, service);
  return all.find(({ deployment }) => idOf(deployment) === id);
}

async function presentCounted(ctx: EngineContext, one: PastDeploymentRecord): Promise<ServiceDeployment> {
  const counts = await taskCounts(ctx, one.cluster, one.service);
  const { running = 0, pending = 0 } = counts.get(one.deployment.id) ?? {};
  const full = present(ctx, one);
  return {
    ...full,
    targetServiceRevision: {
      ...full.targetServiceRevision,
      runningTaskCount: running,
      pendingTaskCount: pending,
    },
  };
}

function present(ctx: EngineContext, one: PastDeploymentRecord): ServiceDeployment {
  const { cluster, service, deployment, revision, desiredCount, deploymentConfiguration, source } = one;
  const { breaker, rollback, outcome, outcomeReason, failedTasks, createdAt, updatedAt, finishedAt } =
    deployment;
  const revisionArn = (id: string) => serviceRevisionArn(ctx.identity, cluster, service, id);
  return {
    serviceDeploymentArn: serviceDeploymentArn(ctx.identity, cluster, service, idOf(deployment)),
    serviceArn: serviceArn(ctx.identity, cluster, service),
    clusterArn: clusterArn(ctx.identity, cluster),
    createdAt: new Date(createdAt),
    startedAt: new Date(createdAt),
    ...(finishedAt !== undefined && { finishedAt: new Date(finishedAt) }),
    updatedAt: new Date(updatedAt),
    sourceServiceRevisions: source === undefined ? [] : [{ arn: revisionArn(source) }],
    targetServiceRevision: { arn: revisionArn(revision.id), requestedTaskCount: desiredCount },
    status: outcome,
    ...(outcomeReason !== undefined && { statusReason: outcomeReason }),
    deploymentConfiguration,
    ...(rollback && {
      rollback: {
        reason: rollback.reason,
        startedAt: new Date(rollback.startedAt),
        serviceRevisionArn: revisionArn(idOf({ id: rollback.to })),
      },
    }),
    deploymentCircuitBreaker: {
      status:
        breaker === undefined
          ? 'DISABLED'
          : deployment.tripped
            ? 'TRIGGERED'
            : outcome === 'IN_PROGRESS'
              ? 'MONITORING'
              : 'MONITORING_COMPLETE',
      failureCount: failedTasks,
      threshold: breaker === undefined ? 0 : thresholdOf(breaker, desiredCount),
    },
    // Whatever alarms the service names: nobody raises them here.
    alarms: { status: 'DISABLED' },
  };
}

function presentRevision(ctx: EngineContext, one: PastDeploymentRecord): ServiceRevision {
  const { cluster, service, revision } = one;
  const { capacityProviderStrategy: strategy, platformVersion, ...settings } = revision.settings;
  return {
    serviceRevisionArn: serviceRevisionArn(ctx.identity, cluster, service, revision.id),
    serviceArn: serviceArn(ctx.identity, cluster, service),
    clusterArn: clusterArn(ctx.identity, cluster),
    taskDefinition: taskDefinitionArn(ctx.identity, revision.family, revision.revision),
    ...whereOf(revision),
    ...platformMeant(launchTypeBy(strategy, revision.launchType), platformVersion),
    ...settings,
    containerImages: revision.images ?? [],
    guardDutyEnabled: false,
    createdAt: new Date(revision.createdAt),
  };
}
