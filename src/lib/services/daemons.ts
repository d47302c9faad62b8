import { boundsOf } from './bounds.js';
import type { Cast } from './cast.js';
import { isHealthy, isUp } from './health.js';
import type { Launch } from './replicas.js';
import { stopReasons } from './texts.js';
import type { Plan, PlanSettings, Seen, Service, ServiceTask } from './types.js';

/**
 * The next steps of a DAEMON service: one task on each host that is eligible, none elsewhere. Never two on one host, so
 * the old one stops before the new one starts, on so many hosts at once as the lower bound allows.
 */
export function daemonSteps(
  service: Service,
  { staying, failing, going, stopping }: Cast,
  { eligible = [], hosts }: Seen,
  { open, wanted }: Launch,
  settings: PlanSettings,
  now: number,
): Pick<Plan, 'start' | 'stop'> {
  const times = { ...service, ...settings };
  const primary = service.deployments[0];
  const scaling = stopReasons.scaling(primary?.id ?? '');
  const places = new Set(eligible);
  const stop: Plan['stop'] = [];

  const misplaced: ServiceTask[] = [];
  const settled = new Set<string>();
  let healthy = 0;
  for (const task of staying) {
    if (!places.has(task.instance) || settled.has(task.instance)) misplaced.push(task);
    else {
      settled.add(task.instance);
      if (isHealthy(task, times, now)) healthy += 1;
    }
  }
  for (const task of misplaced) stop.push({ task: task.id, reason: scaling });

  // No host that drains is eligible: its task doesn't wait for another (ECS: daemon tasks stop).
  const elsewhere = going.filter(({ instance }) => !places.has(instance));
  const replaced = going.filter(({ instance }) => places.has(instance));
  for (const { id, instance } of elsewhere) {
    const reason = hosts.get(instance)?.draining ? stopReasons.draining : scaling;
    stop.push({ task: id, reason });
  }
  for (const task of failing) stop.push({ task: task.id, reason: stopReasons.unhealthy });

  const { lower } = boundsOf(service, wanted);
  const up = replaced.filter(isUp).length;
  let spare = Math.max(0, healthy + up - lower);
  for (const task of replaced) {
    if (!open) break;
    if (isUp(task) && spare === 0) continue;
    if (isUp(task)) spare -= 1;
    stop.push({ task: task.id, reason: scaling });
  }

  const taken = new Set([...staying, ...failing, ...going, ...stopping].map(({ instance }) => instance));
  const answers = (id: string) => hosts.get(id)?.awaySince === undefined;
  const on = open ? eligible.filter((id) => !taken.has(id) && answers(id)) : [];
  return { start: { count: on.length, on }, stop };
}
