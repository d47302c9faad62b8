import { answers, givenUpAt, isGivenUp, noteFreeze } from './absence.js';
import { ROUNDS_TOLD } from './breaker.js';
import { castOf, type Cast } from './cast.js';
import { daemonSteps } from './daemons.js';
import { drainingTasks } from './draining.js';
import { tellFailures } from './failures.js';
import { startedDeployment } from './halted.js';
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
export function planService(recorded: Service, seen: Seen, settings: PlanSettings, now: number): Plan {
  const service = noteFreeze(recorded, seen, settings, now);
  const before = castOf(service, seen, settings, now);
  const told = tellFailures(service, seen.ended, now);
  const counted = takeStock(told.service, seen, before, settings, now);
  const wanted = wantedOf(service, seen, settings, now);
  const tripped = trip(counted, wanted, now);
  const current = tripped.service;
  const [primary] = current.deployments;
  const isSame = primary?.id === service.deployments[0]?.id;
  const cast = isSame ? before : castOf(current, seen, settings, now);
  const pausedUntil = current.setbacks?.until ?? 0;
  const launch = {
    wanted,
    open: current.status === 'ACTIVE' && startedDeployment(current) !== undefined && pausedUntil <= now,
  };
  const stepsOf = current.scheduling === 'DAEMON' ? daemonSteps : replicaSteps;
  const draining = drainingTasks(current, seen, settings, now);
  const steps = stepsOf(current, cast, seen, launch, settings, now);
  const { start, blocked } = steps;
  const stop = steps.stop.filter(({ task }) => !draining.gone.includes(task));
  // A deployment that has just failed is to be seen as that before what it is rolled back to completes.
  const steady = isSame && start.count + stop.length === 0 && isSteady(current, cast, wanted, settings, now);
  const settled = settleRollout(current, seen, steady, now);
  const isOver = draining.gone.length === seen.tasks.length;
  return {
    service: endOf(steady ? withoutSetbacks(settled.service) : settled.service, isOver),
    start,
    stop,
    lost: cast.lost.filter(({ wasLost }) => !wasLost).map(({ id }) => id),
    found: foundTasks(cast, seen, wanted),
    gone: draining.gone,
    events: [
      ...restartEvents(service, seen),
      ...told.events,
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
      ...(blocked ? [texts.cannotRoll(service.name)] : []),
      ...settled.events,
      ...draining.events,
    ],
    steady,
    wakeAt: isSame ? wakeAt(current, cast, seen, settings, now) : now + 1,
  };
}

/** There was no room for what would have replaced them. */
const foundTasks = ({ staying }: Cast, { hosts }: Seen, wanted: number): string[] =>
  staying.length > wanted
    ? []
    : staying.filter(({ wasLost, instance }) => wasLost && answers(hosts.get(instance))).map(({ id }) => id);

/** How many tasks the service is to have. */
export function wantedOf(
  { status, scheduling, desiredCount, freeze }: Service,
  { eligible = [], hosts }: Pick<Seen, 'eligible' | 'hosts'>,
  settings: PlanSettings,
  now: number,
): number {
  if (status !== 'ACTIVE') return 0;
  if (scheduling === 'REPLICA') return desiredCount;
  return eligible.filter((id) => !isGivenUp(hosts.get(id), freeze, settings, now)).length;
}

/** A deleted service is over when its last task is. */
function endOf(service: Service, isOver: boolean): Service {
  return service.status === 'DRAINING' && isOver ? { ...service, status: 'INACTIVE' } : service;
}

function withoutSetbacks({ setbacks: _, ...service }: Service): Service {
  return service;
}

const restartEvents = ({ name }: Service, { tasks }: Seen): string[] =>
  tasks.flatMap(({ id, restarts = [] }) => restarts.map((one) => texts.restarted(name, id, one)));

function throttleEvents({ setbacks: before }: Service, { name, setbacks: after }: Service): string[] {
  const isNews = (before?.rounds ?? 0) < ROUNDS_TOLD && (after?.rounds ?? 0) >= ROUNDS_TOLD;
  return isNews ? [texts.cannotStart(name)] : [];
}

/** The next moment at which time alone changes something. */
function wakeAt(
  service: Service,
  { stopping, lost }: Cast,
  { hosts, tasks, eligible = [] }: Seen,
  settings: PlanSettings,
  now: number,
): number | undefined {
  const times = { ...service, ...settings };
  const isOver = new Set([...stopping, ...lost]);
  let next = Infinity;
  const at = (moment: number | undefined) => {
    if (moment !== undefined && moment > now && moment < next) next = moment;
  };
  at(service.setbacks?.until);
  for (const task of tasks) {
    if (isOver.has(task)) continue;
    at(healthyAt(task, times));
    if (task.health === 'UNHEALTHY') at(graceEnd(task, times));
    at(task.protectedUntil);
  }
  for (const id of new Set([...eligible, ...tasks.map(({ instance }) => instance)]))
    at(givenUpAt(hosts.get(id), service.freeze, settings.hostGrace));
  return next === Infinity ? undefined : next;
}
