import { boundsOf } from './bounds.js';
import type { Cast } from './cast.js';
import { isHealthy, isUp, mayStop } from './health.js';
import { leavingOrder } from './scale-in.js';
import { stopReasons } from './texts.js';
import type { Plan, PlanSettings, Seen, Service, ServiceTask } from './types.js';

/** What may be started, and where nothing may be. */
export interface Launch {
  /** How many tasks are wanted. */
  wanted: number;
  /** The deployment starts tasks, and now. */
  open: boolean;
}

type Steps = Pick<Plan, 'start' | 'stop'>;

/**
 * The next steps of a REPLICA service within its bounds: replacements come up first, and what they replace goes when they
 * are healthy. Only where there is no room for them is it the other way round, down to the lower bound.
 */
export function replicaSteps(
  service: Service,
  cast: Cast,
  seen: Seen,
  { wanted, open }: Launch,
  settings: PlanSettings,
  now: number,
): Steps {
  const { lower, upper } = boundsOf(service, wanted);
  const { staying, failing, going, stopping } = cast;
  const times = { ...service, ...settings };
  const primary = service.deployments[0];
  const stop: Plan['stop'] = [];
  const take = (tasks: readonly ServiceTask[], reason: string) => {
    for (const { id } of tasks) stop.push({ task: id, reason });
  };
  const scaling = stopReasons.scaling(primary?.id ?? '');

  const there = staying.length + failing.length + going.length + stopping.length;
  const need = Math.max(0, wanted - staying.length);
  const room = Math.max(0, upper - there);
  const count = open ? Math.min(need, room) : 0;
  const tight = need > 0 && (room < need || seen.cramped === true);

  let healthy = staying.filter((task) => isHealthy(task, times, now)).length;
  const stoppable = going.filter((task) => mayStop(service, task, now));
  const up = going.filter(isUp).length;

  // What serves nobody is stopped at once: so ECS does with what is still PENDING on a host that drains.
  const idle = stoppable.filter((task) => !isUp(task));
  take(idle, reasonOf(idle[0], seen, scaling));

  const enough = healthy >= wanted || tight || primary?.rolloutState === 'IN_PROGRESS';
  if (enough)
    take(
      failing.filter((task) => mayStop(service, task, now)),
      stopReasons.unhealthy,
    );

  const surplus = staying.length - wanted;
  if (surplus > 0) {
    for (const task of surplusOrder(service, staying, seen, surplus, times, now)) {
      const serves = isHealthy(task, times, now);
      if (serves && healthy + up - 1 < lower) continue;
      if (serves) healthy -= 1;
      stop.push({ task: task.id, reason: task.wasLost ? stopReasons.moved : scaling });
    }
  }

  const floor = tight ? lower : Math.max(lower, wanted);
  const serving = stoppable.filter(isUp);
  const spare = Math.min(serving.length, healthy + up - floor);
  if (spare > 0) {
    for (const task of goingOrder(service, serving, going, seen, spare))
      take([task], reasonOf(task, seen, scaling));
  }
  return { start: { count }, stop };
}

/** Of too many: those that were replaced while their host was away, those that are of no use yet, then by ECS's rules. */
function surplusOrder(
  service: Service,
  staying: readonly ServiceTask[],
  { hosts }: Seen,
  surplus: number,
  times: Parameters<typeof isHealthy>[1],
  now: number,
): ServiceTask[] {
  const free = staying.filter((task) => mayStop(service, task, now));
  const ranks = [
    (task: ServiceTask) => task.wasLost === true,
    (task: ServiceTask) => !task.wasLost && !isHealthy(task, times, now),
    (task: ServiceTask) => !task.wasLost && isHealthy(task, times, now),
  ];
  const order: ServiceTask[] = [];
  for (const belongs of ranks) {
    const left = surplus - order.length;
    if (left <= 0) break;
    const rest = staying.filter((task) => !order.includes(task));
    order.push(...leavingOrder(free.filter(belongs), rest, hosts, service.strategy, left));
  }
  return order;
}

function goingOrder(
  { strategy }: Service,
  serving: readonly ServiceTask[],
  going: readonly ServiceTask[],
  { hosts }: Seen,
  count: number,
): ServiceTask[] {
  const urgent = serving.filter((task) => hosts.get(task.instance)?.draining ?? true);
  const first = leavingOrder(urgent, going, hosts, strategy, count);
  const others = serving.filter((task) => !urgent.includes(task));
  return [...first, ...leavingOrder(others, going, hosts, strategy, count - first.length)];
}

function reasonOf(task: ServiceTask | undefined, { hosts }: Seen, scaling: string): string {
  if (task === undefined) return scaling;
  if (hosts.get(task.instance)?.draining) return stopReasons.draining;
  return task.evicted ? stopReasons.moved : scaling;
}
