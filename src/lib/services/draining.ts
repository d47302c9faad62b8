import { texts } from './texts.js';
import type { PlanSettings, Seen, Service, ServiceHost } from './types.js';

/**
 * A deleted service is over when its last task is. On a host that was given up by hand nobody waits for that: `gone` are the
 * tasks there, which are stopped should the host come back. Where all that is left is on hosts that are merely away, an event
 * says what can be done.
 */
export function drainingTasks(
  { name, status }: Service,
  { tasks, hosts }: Seen,
  { hostGrace }: PlanSettings,
  now: number,
): { gone: string[]; events: string[] } {
  if (status !== 'DRAINING' || tasks.length === 0) return { gone: [], events: [] };
  const placed = tasks.map(({ id, instance }) => ({ id, host: hosts.get(instance) }));
  const namesOf = (some: typeof placed) =>
    [...new Set(some.map(({ host }) => host?.name ?? ''))].sort().join(', ');
  const given = placed.filter(({ host }) => host?.awaySince !== undefined && host.givenUp);
  if (given.length > 0)
    return { gone: given.map(({ id }) => id), events: [texts.gone(name, given.length, namesOf(given))] };
  const isLong = (host: ServiceHost | undefined) =>
    host?.awaySince !== undefined && now - host.awaySince >= hostGrace;
  if (!placed.every(({ host }) => isLong(host))) return { gone: [], events: [] };
  return { gone: [], events: [texts.stuck(name, placed.length, namesOf(placed))] };
}
