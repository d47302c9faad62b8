import { answers } from './absence.js';
import { boundsOf } from './bounds.js';
import type { Cast } from './cast.js';
import { isFailing, isHealthy, mayStop, useOf } from './health.js';
import type { Launch, Steps } from './replicas.js';
import { stopReasons } from './texts.js';
import type { Plan, PlanSettings, Seen, Service, ServiceTask } from './types.js';

/**
 * The next steps of a DAEMON service: one task on each host that is eligible, none elsewhere. Never two on one host, so
 * the old one stops before the new one starts, on so many hosts at once as the lower bound allows.
 */
export function daemonSteps(
  service: Service,
  { staying, failing, going, held, stopping }: Cast,
  { eligible = [], hosts }: Seen,
  { open, wanted }: Launch,
  settings: PlanSettings,
  now: number,
): Steps {
  const times = { ...service, ...settings };
  const scaling = stopReasons.scaling(service.deployments[0]?.id ?? '');
  const places = new Set(service.status === 'ACTIVE' ? eligible : []);
  const stop: Plan['stop'] = [];
  const take = (task: ServiceTask, reason: string) =>
    stop.push({ task: task.id, reason: isFailing(task, times, now) ? stopReasons.unhealthy : reason });
  const countsAs = (task: ServiceTask) =>
    answers(hosts.get(task.instance)) ? useOf(task, times, now) : 'unknown';

  const settled = new Set<string>();
  let serving = 0;
  const misplaced = healthyFirst(staying, times, now).filter((task) => {
    if (!places.has(task.instance) || settled.has(task.instance)) return true;
    settled.add(task.instance);
    if (countsAs(task) === 'healthy') serving += 1;
    return false;
  });

  // No host that drains is eligible: its task doesn't wait for another (ECS: daemon tasks stop).
  const elsewhere = going.filter(({ instance }) => !places.has(instance));
  for (const task of [...misplaced, ...elsewhere]) {
    if (hosts.get(task.instance)?.draining) take(task, stopReasons.draining);
    else if (mayStop(service, task, now)) take(task, scaling);
  }
  for (const task of failing) take(task, stopReasons.unhealthy);

  const { lower } = boundsOf(service, wanted);
  const replaced = going.filter(({ instance }) => places.has(instance));
  serving += replaced.filter((task) => countsAs(task) === 'healthy').length;
  const spare = {
    none: Infinity,
    young: serving + replaced.filter((task) => countsAs(task) === 'young').length - lower,
    healthy: serving - lower,
    // Nothing could be started in its place: it waits until its host is back, or given up.
    unknown: 0,
  };
  for (const task of replaced) {
    const use = countsAs(task);
    if (!open || spare[use] <= 0 || !mayStop(service, task, now)) continue;
    spare[use] -= 1;
    take(task, task.evicted ? stopReasons.moved : scaling);
  }

  const taken = new Set(
    [...staying, ...failing, ...going, ...held, ...stopping].map(({ instance }) => instance),
  );
  const on = open ? [...places].filter((id) => !taken.has(id) && answers(hosts.get(id))) : [];
  const idle = on.length + stop.length + stopping.length === 0;
  const rolls = service.deployments[0]?.rolloutState === 'IN_PROGRESS';
  const blocked = idle && open && replaced.length > 0 && lower >= wanted && rolls;
  return { start: { count: on.length, on }, stop, blocked };
}

/** Of two on one host, as after a race of clients, the one that works stays. */
function healthyFirst(
  tasks: readonly ServiceTask[],
  times: Parameters<typeof isHealthy>[1],
  now: number,
): ServiceTask[] {
  const healthy = tasks.filter((task) => isHealthy(task, times, now));
  return [...healthy, ...tasks.filter((task) => !isHealthy(task, times, now))];
}
