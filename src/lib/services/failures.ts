import { texts } from './texts.js';
import type { EndedTask, Service } from './types.js';
import type { Turn } from './rollout.js';

/** Ms in which the same reason isn't told again: tasks that are started again and again tend to fail alike. */
const SAME = 10 * 60_000;
/** Reasons that are told of at once. */
const MOST = 3;

/**
 * Tells why tasks ended that nobody had asked to. Ours: ECS's events name the tasks only, and who looks for the reason goes
 * from task to task.
 */
export function tellFailures(service: Service, ended: readonly EndedTask[], now: number): Turn {
  const groups = new Map<string, EndedTask[]>();
  for (const task of ended) {
    if (task.cause === 'asked') continue;
    const what = JSON.stringify([task.startedAt === undefined, task.reason]);
    groups.set(what, [...(groups.get(what) ?? []), task]);
  }
  const { failuresTold: known = [] } = service;
  const recent = known.filter(({ at }) => now - at < SAME);
  const news = [...groups].filter(([what]) => !recent.some((told) => told.what === what)).slice(0, MOST);
  if (news.length === 0) return { service, events: [] };
  const told = news.map(([what]) => ({ what, at: now }));
  return {
    service: { ...service, failuresTold: [...told, ...recent].slice(0, 2 * MOST) },
    events: news.map(([, tasks]) => texts.failures(service.name, tasks)),
  };
}
