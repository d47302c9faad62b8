import { answers } from './absence.js';
import { boundsOf } from './bounds.js';
import type { Cast } from './cast.js';
import { isFailing, mayStop, useOf } from './health.js';
import { isHalted, startedDeployment } from './halted.js';
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

export interface Steps extends Pick<Plan, 'start' | 'stop'> {
  /** The bounds leave nothing to do, though there is something to replace. */
  blocked?: boolean;
}

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
  const rollout = service.deployments[0]?.rolloutState;
  const scaling = stopReasons.scaling(service.deployments[0]?.id ?? '');
  const stop: Plan['stop'] = [];
  const take = (tasks: readonly ServiceTask[], reasonOf: (task: ServiceTask) => string) => {
    for (const task of tasks) stop.push({ task: task.id, reason: reasonOf(task) });
  };

  const there = staying.length + failing.length + going.length + stopping.length;
  const need = Math.max(0, wanted - staying.length);
  const room = Math.max(0, upper - there);
  const count = open ? Math.min(need, room) : 0;
  // A deployment that has failed starts nothing, so no room is made for it.
  const starts = startedDeployment(service) !== undefined;
  const tight = need > 0 && starts && (room < need || seen.cramped === true);

  // Of a host that is away nobody knows: what stays up without it is what counts.
  const known = (task: ServiceTask) => answers(seen.hosts.get(task.instance));
  const use = (task: ServiceTask) => useOf(task, times, now);
  const serves = (task: ServiceTask) => use(task) === 'healthy' && known(task);
  const ready = staying.filter(serves).length;
  let serving = ready + going.filter(serves).length;
  const isUp = (task: ServiceTask) => use(task) !== 'none' && known(task);
  let up = [...staying, ...going].filter(isUp).length;

  // Their replacements come up first, but where there is a rollout to be judged by them.
  if (ready >= wanted || tight || rollout !== 'COMPLETED') take(failing, () => stopReasons.unhealthy);

  const most = isHalted(service) ? upper : wanted;
  for (const task of surplusOrder(service, staying, seen, staying.length - most, times, now)) {
    const left = { serving: serving - Number(serves(task)), up: up - Number(isUp(task)) };
    if (use(task) === 'healthy' && left.serving < lower) continue;
    if (use(task) === 'young' && left.up < lower) continue;
    ({ serving, up } = left);
    take([task], ({ wasLost }) => (wasLost ? stopReasons.moved : scaling));
  }

  const floor = tight ? lower : wanted;
  const leaving = (uses: string, isKnown: boolean) =>
    going.filter((task) => use(task) === uses && known(task) === isKnown);
  const free = (tasks: readonly ServiceTask[]) => tasks.filter((task) => mayStop(service, task, now));
  const young = leaving('young', true);
  const away = serving < floor ? [] : [...leaving('young', false), ...leaving('healthy', false)];
  take(
    [
      // What serves nobody is stopped at once: so ECS does with what is still PENDING on a host that drains.
      ...free(going.filter((task) => use(task) === 'none')),
      ...free(away),
      ...goingOrder(service, free(young), going, seen, serving + young.length - floor),
      ...goingOrder(service, free(leaving('healthy', true)), going, seen, serving - floor),
    ],
    (task) => (isFailing(task, times, now) ? stopReasons.unhealthy : reasonOf(task, seen, scaling)),
  );

  const idle = count + stop.length + stopping.length === 0;
  const blocked = idle && open && need > 0 && lower >= upper && rollout === 'IN_PROGRESS';
  return { start: { count }, stop, blocked };
}

/**
 * Of too many: those that were replaced while their host was away, those that are of no use yet, those whose host is away,
 * then by ECS's rules.
 */
function surplusOrder(
  service: Service,
  staying: readonly ServiceTask[],
  { hosts }: Seen,
  surplus: number,
  times: Parameters<typeof useOf>[1],
  now: number,
): ServiceTask[] {
  const order: ServiceTask[] = [];
  if (surplus <= 0) return order;
  const rankOf = (task: ServiceTask) => {
    const use = useOf(task, times, now);
    if (task.wasLost) return 'lost';
    return use === 'none' || answers(hosts.get(task.instance)) ? use : 'away';
  };
  const ranks: Record<ReturnType<typeof rankOf>, ServiceTask[]> = {
    lost: [],
    none: [],
    away: [],
    young: [],
    healthy: [],
  };
  for (const task of staying) if (mayStop(service, task, now)) ranks[rankOf(task)].push(task);
  let rest = staying;
  for (const rank of Object.values(ranks)) {
    const next = leavingOrder(rank, rest, hosts, service.strategy, surplus - order.length);
    order.push(...next);
    const gone = new Set(next);
    rest = rest.filter((task) => !gone.has(task));
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
  const isUrgent = ({ instance }: ServiceTask) => hosts.get(instance)?.draining ?? true;
  const first = leavingOrder(serving.filter(isUrgent), going, hosts, strategy, count);
  const others = serving.filter((task) => !isUrgent(task));
  return [...first, ...leavingOrder(others, going, hosts, strategy, count - first.length)];
}

function reasonOf(task: ServiceTask, { hosts }: Seen, scaling: string): string {
  if (hosts.get(task.instance)?.draining) return stopReasons.draining;
  return task.evicted ? stopReasons.moved : scaling;
}
