import { ROUNDS_TOLD } from './breaker.js';
import { castOf, isGivenUp, type Cast } from './cast.js';
import { daemonSteps } from './daemons.js';
import { graceEnd, healthyAt } from './health.js';
import { replicaSteps } from './replicas.js';
import { isSteady, settleRollout, takeStock, trip } from './rollout.js';
import { stopReasons, texts } from './texts.js';
import type { Plan, PlanSettings, Seen, Service } from './types.js';

/**
 * What is to be done next for a service, by what was seen: pure, so that it can be shown, replayed and tried on anything.
 * Carried out and seen again, step by step, it leads to what is wanted, and never beyond the bounds by its own doing
 * (ECS: the service scheduler's rolling update, circuit breaker and throttle logic).
 */
export function planService(service: Service, seen: Seen, settings: PlanSettings, now: number): Plan {
  const counted = takeStock(service, seen.ended, castOf(service, seen, settings, now), settings, now);
  const wanted = wantedOf(service, seen, settings, now);
  const tripped = trip(counted, wanted, now);
  const current = tripped.service;
  const cast = castOf(current, seen, settings, now);
  const [primary] = current.deployments;
  const pausedUntil = current.setbacks?.until ?? 0;
  const launch = {
    wanted,
    open: current.status === 'ACTIVE' && primary?.rolloutState !== 'FAILED' && pausedUntil <= now,
  };
  const stepsOf = current.scheduling === 'DAEMON' ? daemonSteps : replicaSteps;
  const { start, stop } = stepsOf(current, cast, seen, launch, settings, now);
  const steady = start.count + stop.length === 0 && isSteady(current, cast, wanted, settings, now);
  const settled = settleRollout(current, seen, steady, now);
  return {
    service: endOf(settled.service, seen),
    start,
    stop,
    lost: cast.lost.filter(({ wasLost }) => !wasLost).map(({ id }) => id),
    events: [
      ...tripped.events,
      ...throttleEvents(service, current),
      ...stop
        .filter(({ reason }) => reason === stopReasons.unhealthy)
        .map(({ task }) => texts.unhealthy(service.name, task)),
      ...(stop.length > 0
        ? [
            texts.stopped(
              service.name,
              stop.map(({ task }) => task),
            ),
          ]
        : []),
      ...settled.events,
    ],
    steady,
    wakeAt: wakeAt(current, cast, seen, settings, now),
  };
}

/** How many tasks the service is to have. */
export function wantedOf(
  { status, scheduling, desiredCount }: Service,
  { eligible = [], hosts, frozen }: Seen,
  settings: PlanSettings,
  now: number,
): number {
  if (status !== 'ACTIVE') return 0;
  if (scheduling === 'REPLICA') return desiredCount;
  return eligible.filter((id) => !isGivenUp(hosts.get(id), frozen, settings, now)).length;
}

/** A deleted service is over when its last task is. */
function endOf(service: Service, { tasks }: Seen): Service {
  return service.status === 'DRAINING' && tasks.length === 0 ? { ...service, status: 'INACTIVE' } : service;
}

function throttleEvents({ setbacks: before }: Service, { name, setbacks: after }: Service): string[] {
  const isNews = (before?.rounds ?? 0) < ROUNDS_TOLD && (after?.rounds ?? 0) >= ROUNDS_TOLD;
  return isNews ? [texts.cannotStart(name)] : [];
}

/** The next moment at which time alone changes something. */
function wakeAt(
  service: Service,
  { staying, lost }: Cast,
  { hosts, tasks, frozen }: Seen,
  settings: PlanSettings,
  now: number,
): number | undefined {
  const times = { ...service, ...settings };
  const isLost = new Set(lost);
  const moments = [
    service.setbacks?.until,
    ...staying.flatMap((task) => [
      healthyAt(task, times),
      task.health === 'UNHEALTHY' ? graceEnd(task, times) : undefined,
    ]),
    ...tasks.flatMap((task) => {
      const { awaySince } = hosts.get(task.instance) ?? {};
      const givenUp =
        awaySince === undefined || frozen || isLost.has(task) ? undefined : awaySince + settings.hostGrace;
      return [task.protectedUntil, givenUp];
    }),
  ];
  const later = moments.filter((moment) => moment !== undefined && moment > now) as number[];
  return later.length === 0 ? undefined : later.reduce((a, b) => Math.min(a, b));
}
