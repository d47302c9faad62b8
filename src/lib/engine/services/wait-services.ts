import type { OperationInput, OperationOutput } from '../../api/operations.js';
import type { FailedServiceTask, ServiceOutcome } from '../../api/service-types.js';
import { serviceArn, serviceName, taskArn } from '../../api/arn.js';
import { EcsError, emptyList } from '../../api/errors.js';
import { defaultThreshold, ROUNDS_TOLD, thresholdOf } from '../../services/breaker.js';
import { isHalted, startedDeployment } from '../../services/halted.js';
import type { Deployment, Service } from '../../services/types.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { indexes, keys } from '../keys.js';
import type { TaskRecord } from '../records.js';
import type { PastDeploymentRecord, ServiceRecord } from './records.js';
import { INTERRUPTED, STARTER_GONE } from '../task-life.js';
import { heldElsewhere, hostNames } from './create-service.js';
import { driveServices } from './driver.js';
import { observeServices } from './observe-services.js';
import { NO_TASKS } from './deployment-counts.js';
import type { Committed } from './draft-plan.js';
import { presentService } from './present-service.js';
import { HeardEvents } from './heard-events.js';
import { unreachableHosts } from './unreachable.js';
import { isWatched } from './watchers.js';

/** Ms; a longer timer of Node.js ends at once. */
const LONGEST = 2 ** 31 - 1;
/** Failed tasks of a deployment that are told of. */
const MOST_TOLD = 3;
/** Of the newest of them. */
const LOOKED_AT = 100;

/**
 * Drives services until they are as is waited for, for `timeout` seconds, or until aborted: STEADY, their deployment has
 * completed or failed (and was rolled back) and all tasks are there; STABLE, one deployment whose tasks are all healthy; INACTIVE,
 * deleted. One whose tasks fail again and again without a circuit breaker is waited for no longer. With a timeout of 0 nothing
 * is driven, only looked at. Answers with the services as they are then, and with what became of each deployment: asked again
 * with the deployments named, it answers as if it had never been interrupted. Errors: ClusterNotFoundException,
 * InvalidParameterException (also where another state keeps a service of that name).
 */
export async function waitServices(
  input: OperationInput<'WaitServices'>,
  ctx: EngineContext,
): Promise<OperationOutput<'WaitServices'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  if (input.services.length === 0) throw emptyList('Services');
  const names = input.services.map((text) => serviceName(text, cluster));
  const begun = await recordsOf(ctx, cluster, names);
  const { deployments, until = 'STEADY' } = input;
  if (deployments !== undefined && deployments.length !== names.length)
    throw new EcsError('InvalidParameterException', 'There has to be one deployment for each service.');
  const waits = names.map((name, i) => new Wait(name, begun[i], until, deployments?.[i]));
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), Math.min((input.timeout ?? Infinity) * 1000, LONGEST));
  const began = begun.flatMap((one) => {
    const [primary] = one?.service.deployments ?? [];
    if (one === undefined || primary === undefined) return [];
    return [[one.service.name, Math.max(primary.createdAt, one.changedAt ?? 0)] as const];
  });
  const heard = new HeardEvents(ctx, cluster, new Map(began));
  const bounded = { ...ctx, emit: heard.emit, signal: AbortSignal.any([ctx.signal, over.signal]) };
  try {
    const open = waits.filter(({ outcome }) => outcome === undefined).map(({ name }) => name);
    const follow = ctx.fresh.has(cluster) ? observeServices : driveServices;
    if (open.length > 0 && input.timeout !== 0)
      await follow(bounded, cluster, {
        names: open,
        isDone: async (passes) => {
          await heard.look(open);
          await refuseForeign(ctx, cluster, passes);
          const records = await recordsOf(ctx, cluster, names);
          for (const [i, wait] of waits.entries()) {
            const pass = passes.find(({ record }) => record.service.name === wait.name);
            wait.look(records[i], pass, await ownDeployment(ctx, cluster, records[i], wait.id));
          }
          return (
            waits.every(({ outcome }) => outcome !== undefined) || waits.some(({ isHopeless }) => isHopeless)
          );
        },
      });
  } catch (error) {
    // Whoever interrupts it, or gave it so much time, wants to know how far it is.
    if (!bounded.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
  return answer(ctx, cluster, waits);
}

async function refuseForeign(
  ctx: EngineContext,
  cluster: string,
  passes: readonly Committed[],
): Promise<void> {
  for (const { foreign, record } of passes) {
    if (foreign.length === 0) continue;
    throw heldElsewhere(
      await hostNames({ peek: (query) => ctx.store.list(query) }, cluster, foreign),
      record.service.name,
    );
  }
}

async function recordsOf(
  ctx: EngineContext,
  cluster: string,
  names: readonly string[],
): Promise<(ServiceRecord | undefined)[]> {
  const entries = await ctx.store.getMany<ServiceRecord>(names.map((name) => keys.service(cluster, name)));
  return entries.map((entry) => entry?.value);
}

type State = ServiceOutcome['state'];

/** What is waited for of one service, and what became of it. */
class Wait {
  outcome: State | undefined;
  /** The deployment that is waited for: that which was named, or was under way when the wait began. */
  readonly id: string | undefined;
  /** Tasks that had failed before. */
  private readonly failedBefore: number;

  constructor(
    readonly name: string,
    begun: ServiceRecord | undefined,
    private readonly until: NonNullable<OperationInput<'WaitServices'>['until']>,
    deployment: string | undefined,
  ) {
    const [primary] = begun?.service.deployments ?? [];
    this.id = deployment ?? primary?.id;
    this.failedBefore = primary?.failedTasks ?? 0;
    if (begun === undefined) this.outcome = 'MISSING';
    else if (begun.service.status === 'INACTIVE') this.outcome = 'INACTIVE';
    else if (begun.service.status === 'DRAINING' && until !== 'INACTIVE') this.outcome = 'DRAINING';
  }

  /** Where one can't come to what is waited for any more, the wait for all is over (as of the AWS CLI's waiters). */
  get isHopeless(): boolean {
    const { until, outcome } = this;
    return until === 'STABLE' && outcome !== undefined && outcome !== 'STEADY';
  }

  /** `own`: its deployment, in the service or over. */
  look(record: ServiceRecord | undefined, pass: Committed | undefined, own: Deployment | undefined): void {
    if (record === undefined) this.outcome = 'MISSING';
    else if (record.service.status === 'INACTIVE') this.outcome = 'INACTIVE';
    else if (this.until === 'STEADY') this.outcome = this.steadiness(record, pass, own);
    else if (this.until === 'STABLE') this.outcome = this.stability(record, pass);
  }

  private steadiness(
    { service }: ServiceRecord,
    pass: Committed | undefined,
    own: Deployment | undefined,
  ): State | undefined {
    const [primary] = service.deployments;
    const hasFailed = own?.rolloutState === 'FAILED';
    if (!hasFailed && primary?.id !== this.id) return 'REPLACED';
    if (primary?.rolloutState === 'FAILED') return 'FAILED';
    if (primary !== undefined && this.isFailing(service, primary)) return 'FAILING';
    if (primary?.rolloutState !== 'COMPLETED' || !pass?.plan.steady) return undefined;
    return hasFailed ? 'ROLLED_BACK' : 'STEADY';
  }

  private stability({ service }: ServiceRecord, pass: Committed | undefined): State | undefined {
    const [primary] = service.deployments;
    if (isStable(service, pass)) return 'STEADY';
    if (primary !== undefined && this.isFailing(service, primary)) return 'FAILING';
    return isGivenUp(service, pass) ? 'FAILED' : undefined;
  }

  /** Nothing would ever end it: several rounds of starts failed, and so many tasks as would trip a circuit breaker. */
  private isFailing({ desiredCount, setbacks }: Service, { breaker, rolloutState, failedTasks }: Deployment) {
    if (breaker !== undefined || rolloutState !== 'IN_PROGRESS' || failedTasks <= this.failedBefore)
      return false;
    const threshold = thresholdOf({ threshold: defaultThreshold }, desiredCount);
    return failedTasks >= threshold && (setbacks?.rounds ?? 0) >= ROUNDS_TOLD;
  }
}

/**
 * One deployment, and as many tasks run as are wanted, as the AWS CLI's services-stable has it. That looks every 15 s, and this at
 * each event: so that a task between its start and its end makes no service stable, all of them are to count as healthy.
 */
function isStable({ deployments: [primary] }: Service, pass: Committed | undefined): boolean {
  if (primary === undefined || !pass?.plan.steady) return false;
  return [...pass.counts.keys()].every((id) => id === primary.id);
}

/**
 * Its deployment has failed with nothing to go back to: nothing starts the tasks that it lacks. Or a user has halted it: what runs
 * of several versions stays so.
 */
function isGivenUp(service: Service, pass: Committed | undefined): boolean {
  const [primary] = service.deployments;
  if (isHalted(service) && (pass?.counts.size ?? 0) > 1) return true;
  if (primary?.rolloutState !== 'FAILED' || startedDeployment(service) !== undefined) return false;
  const { running, pending } = pass?.counts.get(primary.id) ?? NO_TASKS;
  return running + pending < service.desiredCount;
}

async function answer(
  ctx: EngineContext,
  cluster: string,
  waits: readonly Wait[],
): Promise<OperationOutput<'WaitServices'>> {
  const records = await recordsOf(
    ctx,
    cluster,
    waits.map(({ name }) => name),
  );
  const there = records.filter((record) => record !== undefined);
  const missing = waits.filter((_, i) => records[i] === undefined);
  return {
    services: await Promise.all(there.map((record) => presentService(ctx, record, { tags: true }))),
    failures: missing.map(({ name }) => ({
      arn: serviceArn(ctx.identity, cluster, name),
      reason: 'MISSING',
    })),
    outcomes: await Promise.all(
      waits.map(async ({ name, outcome, id }, i): Promise<ServiceOutcome> => {
        const own = await ownDeployment(ctx, cluster, records[i], id);
        const hasFailed = own?.rolloutState === 'FAILED';
        const reason = hasFailed ? own.rolloutStateReason : undefined;
        return {
          serviceName: name,
          state: outcome ?? (hasFailed ? 'ROLLING_BACK' : 'UNDER_WAY'),
          ...(reason !== undefined && { reason }),
          failedTasks: id === undefined ? [] : await failedTasks(ctx, cluster, name, id),
        };
      }),
    ),
    watched: await isWatched(ctx, cluster),
    unreachable: await unreachableHosts(
      ctx,
      cluster,
      waits.map(({ name }) => name),
    ),
  };
}

/** A deployment of a service, whether it is over or not: it may fail and be rolled back in one step. */
async function ownDeployment(
  ctx: EngineContext,
  cluster: string,
  record: ServiceRecord | undefined,
  id: string | undefined,
): Promise<Deployment | undefined> {
  if (record === undefined || id === undefined) return undefined;
  const { service } = record;
  return service.deployments.find((one) => one.id === id) ?? past(ctx, cluster, service.name, id);
}

async function past(ctx: EngineContext, cluster: string, service: string, id: string) {
  const entries = await ctx.store.list<PastDeploymentRecord>({
    prefix: keys.pastDeployments(cluster, service),
    reverse: true,
    limit: 10,
  });
  return entries.find(({ value }) => value.deployment.id === id)?.value.deployment;
}

/** The last tasks of a deployment that failed by themselves, with what they had to say. */
async function failedTasks(
  ctx: EngineContext,
  cluster: string,
  service: string,
  deployment: string,
): Promise<FailedServiceTask[]> {
  const entries = await ctx.store.list<TaskRecord>({
    index: indexes.tasks(cluster, 'STOPPED', { what: 'startedBy', value: deployment }),
    limit: LOOKED_AT,
  });
  const failed = entries
    .map(({ value }) => value)
    .filter(({ stopCode, lastStatus }) => lastStatus === 'STOPPED' && stopCode !== 'UserInitiated')
    // Undone, since whoever started them went away: nothing of them failed.
    .filter(({ stoppedReason }) => stoppedReason !== INTERRUPTED && stoppedReason !== STARTER_GONE)
    .filter(
      ({ stopCode, stoppedReason }) => stopCode !== 'ServiceSchedulerInitiated' || isUnhealthy(stoppedReason),
    )
    .sort((a, b) => (b.stoppedAt ?? 0) - (a.stoppedAt ?? 0));
  return failed.slice(0, MOST_TOLD).map((task) => ({
    taskArn: taskArn(ctx.identity, cluster, task.id),
    containerInstance: task.instance,
    ...(task.stopCode !== undefined && { stopCode: task.stopCode }),
    ...(task.stoppedReason !== undefined && { stoppedReason: task.stoppedReason }),
    containers: task.containers.map(({ name, exitCode, reason, lastLog = [] }) => ({
      name,
      ...(exitCode !== undefined && { exitCode }),
      ...(reason !== undefined && { reason }),
      lastLog: lastLog.map(({ stream, text }) => ({ stream, text })),
    })),
  }));
}

const isUnhealthy = (reason = '') => /health checks/.test(reason);
