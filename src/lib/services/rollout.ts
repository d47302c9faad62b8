import { breakerOfRollback, isFailure, setBack, thresholdOf } from './breaker.js';
import type { Cast } from './cast.js';
import { hasCompleted, startedDeployment } from './halted.js';
import { isHealthy } from './health.js';
import { reasons, texts } from './texts.js';
import type { Deployment, EndedTask, PlanSettings, Seen, Service, ServiceTask, Setbacks } from './types.js';

/** A service as it is after what happened, and what is told of that. */
export interface Turn {
  service: Service;
  events: string[];
}

/** A deployment begins: it is PRIMARY now, those before it are on their way out. */
export function beginDeployment(
  service: Service,
  { id, breaker }: Pick<Deployment, 'id' | 'breaker'>,
  now: number,
): Service {
  const { setbacks: _, failuresTold: _told, ...rest } = service;
  const source = service.deployments.find(hasCompleted);
  const next: Deployment = {
    id,
    status: 'PRIMARY',
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: reasons.inProgress({ id }),
    outcome: 'IN_PROGRESS',
    createdAt: now,
    updatedAt: now,
    failedTasks: 0,
    mostHealthy: 0,
    ...(source && { source: source.id }),
    ...(breaker && { breaker }),
  };
  const earlier = service.deployments.map((one): Deployment => {
    const left = { ...one, status: 'ACTIVE' as const };
    return one.outcome === 'IN_PROGRESS' ||
      one.outcome === 'PENDING' ||
      one.outcome === 'ROLLBACK_IN_PROGRESS'
      ? ended(left, 'STOPPED', `Replaced by deployment ${id}.`, now)
      : left;
  });
  return { ...rest, deployments: [next, ...earlier] };
}

/** Counts what ended since the last look, and ends the row of failures where more are healthy than ever before. */
export function takeStock(
  service: Service,
  { ended, hosts }: Pick<Seen, 'ended' | 'hosts'>,
  cast: Cast,
  settings: PlanSettings,
  now: number,
): Service {
  const [primary, ...others] = service.deployments;
  if (primary === undefined) return service;
  const isOurs = ({ deployment }: Pick<EndedTask, 'deployment'>) => deployment === primary.id;
  const fails = (task: EndedTask) => isFailure(task, hosts.get(task.instance), settings);
  const failed = ended.filter((task) => isOurs(task) && fails(task));
  const healthy = healthyOf(cast.staying, service, settings, now);
  const better = healthy > primary.mostHealthy;
  const resets = better && (primary.breaker?.resetOnHealthyTask ?? true);
  const started = startedDeployment(service)?.id ?? primary.id;
  const setback = ended.filter(
    (task) => task.deployment === started && (fails(task) || task.cause === 'start'),
  );
  const unhealthy = primary.rolloutState === 'IN_PROGRESS' ? cast.failing : [];
  const news = failed.length + unhealthy.length;
  const { setbacks, ...rest } = service;
  const recovers = setbacks !== undefined && (better || hasRecovered(setbacks, cast, service, settings, now));
  if (news + setback.length === 0 && !better && !recovers) return service;
  const next: Deployment = {
    ...primary,
    mostHealthy: Math.max(healthy, primary.mostHealthy),
    failedTasks: (resets ? 0 : primary.failedTasks) + news,
    updatedAt: now,
  };
  const kept = recovers ? undefined : setbacks;
  const after = setback.length > 0 ? setBack(kept, setback, now) : kept;
  return { ...rest, deployments: [next, ...others], ...(after && { setbacks: after }) };
}

/** One that was started since the pause has become healthy. */
function hasRecovered(
  { until }: Setbacks,
  { staying }: Cast,
  service: Service,
  settings: PlanSettings,
  now: number,
): boolean {
  const times = { ...service, ...settings };
  return staying.some((task) => task.createdAt >= until && isHealthy(task, times, now));
}

function healthyOf(
  tasks: readonly ServiceTask[],
  service: Service,
  settings: PlanSettings,
  now: number,
): number {
  const times = { ...service, ...settings };
  return tasks.filter((task) => isHealthy(task, times, now)).length;
}

/** Fails a deployment whose breaker trips, and goes back to the last one that had completed where that is wanted. */
export function trip(service: Service, wanted: number, now: number): Turn {
  const [primary] = service.deployments;
  const { breaker } = primary ?? {};
  if (primary === undefined || breaker === undefined || primary.rolloutState !== 'IN_PROGRESS')
    return { service, events: [] };
  if (primary.failedTasks < thresholdOf(breaker, wanted)) return { service, events: [] };
  return failDeployment(service, breaker.rollback, 'breaker', now);
}

/**
 * The PRIMARY deployment starts nothing any more, since its breaker has tripped or a user has stopped it; `rollback`: the last
 * that had completed takes its place again.
 */
export function failDeployment(
  service: Service,
  rollback: boolean,
  by: 'breaker' | 'user',
  now: number,
): Turn {
  const [primary, ...others] = service.deployments;
  if (primary === undefined) return { service, events: [] };
  const { name } = service;
  const back = rollback ? others.find(hasCompleted) : undefined;
  const words =
    by === 'breaker'
      ? { told: texts.failed, toldBack: texts.rollingBack, why: reasons.failed, whyBack: reasons.rollingBack }
      : {
          told: texts.halted,
          toldBack: texts.haltedBack,
          why: reasons.halted(rollback),
          whyBack: reasons.haltedBack,
        };
  const { why } = words;
  const failed: Deployment = {
    ...primary,
    rolloutState: 'FAILED',
    updatedAt: now,
    ...(by === 'breaker' && { tripped: true }),
  };
  const told = words.told(name, primary.id);
  const wayBack = others.find(
    ({ outcome, rollback: way }) => outcome === 'ROLLBACK_IN_PROGRESS' && way?.to === primary.id,
  );
  if (wayBack !== undefined) {
    // ECS has no way back from a way back. That this one succeeded once stays on record: the next update may go back to it.
    const reason = reasons.rollbackFailed(primary.id);
    const lost = ended({ ...wayBack, rolloutStateReason: reason }, 'ROLLBACK_FAILED', reason, now);
    return {
      service: {
        ...service,
        deployments: [
          { ...failed, rolloutStateReason: why },
          ...others.map((one) => (one === wayBack ? lost : one)),
        ],
      },
      events: [told, texts.rollbackFailed(name, primary.id)],
    };
  }
  if (back === undefined) {
    const over = ended(
      { ...failed, rolloutStateReason: why },
      rollback ? 'ROLLBACK_FAILED' : 'STOPPED',
      why,
      now,
    );
    return { service: { ...service, deployments: [over, ...others] }, events: [told] };
  }
  const reason = words.whyBack(back.id);
  const left: Deployment = {
    ...failed,
    status: 'ACTIVE',
    rolloutStateReason: reason,
    outcome: 'ROLLBACK_IN_PROGRESS',
    outcomeReason: why,
    rollback: { to: back.id, startedAt: now, reason: why },
  };
  const { breaker: _breaker, tripped: _tripped, ...kept } = back;
  const again: Deployment = {
    ...kept,
    status: 'PRIMARY',
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: reasons.inProgress(back),
    updatedAt: now,
    failedTasks: 0,
    mostHealthy: 0,
    ...(primary.breaker && { breaker: breakerOfRollback(primary.breaker) }),
  };
  const { setbacks: _, ...rest } = service;
  return {
    service: { ...rest, deployments: [again, left, ...others.filter((one) => one !== back)] },
    events: [told, words.toldBack(name, primary.id, back.id)],
  };
}

/** Whether all that is wanted is there and healthy, and nothing else. */
export function isSteady(
  service: Service,
  { staying, failing, going, stopping }: Cast,
  wanted: number,
  settings: PlanSettings,
  now: number,
): boolean {
  return (
    staying.length === wanted &&
    failing.length + going.length + stopping.length === 0 &&
    healthyOf(staying, service, settings, now) === wanted
  );
}

/** A steady service's deployment has completed, and what came before it is over. */
export function settleRollout(
  service: Service,
  { tasks }: Pick<Seen, 'tasks'>,
  steady: boolean,
  now: number,
): Turn {
  const [primary, ...others] = service.deployments;
  if (primary === undefined) return { service, events: [] };
  const completes = steady && primary.rolloutState === 'IN_PROGRESS' && service.status === 'ACTIVE';
  const first: Deployment = completes
    ? {
        ...ended(primary, 'SUCCESSFUL', undefined, now),
        rolloutState: 'COMPLETED',
        rolloutStateReason: reasons.completed(primary),
      }
    : primary;
  const inUse = new Set(tasks.map(({ deployment }) => deployment));
  // The last that had completed is what a failed one goes back to.
  const back = others.find(hasCompleted);
  const settled = first.rolloutState === 'COMPLETED';
  const kept = settled ? [] : others.filter((one) => one === back || inUse.has(one.id) || one.rollback);
  if (!completes && kept.length === others.length) return { service, events: [] };
  return {
    service: { ...service, deployments: [first, ...kept] },
    events: completes ? [texts.completed(service.name, primary.id)] : [],
  };
}

/** Deployments that have left the service's list, as they ended. */
export function departed(before: Service, after: Service, now: number): Deployment[] {
  const there = new Set(after.deployments.map(({ id }) => id));
  return before.deployments
    .filter(({ id }) => !there.has(id))
    .map((one) =>
      one.outcome === 'ROLLBACK_IN_PROGRESS' ? ended(one, 'ROLLBACK_SUCCESSFUL', undefined, now) : one,
    );
}

function ended(
  deployment: Deployment,
  outcome: Deployment['outcome'],
  reason: string | undefined,
  now: number,
): Deployment {
  return {
    ...deployment,
    outcome,
    ...(reason !== undefined && { outcomeReason: reason }),
    updatedAt: now,
    finishedAt: deployment.finishedAt ?? now,
  };
}
