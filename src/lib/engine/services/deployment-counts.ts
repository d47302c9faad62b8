import { answers } from '../../services/absence.js';
import { healthyAt, isHealthy } from '../../services/health.js';
import { startedDeployment } from '../../services/halted.js';
import type { Plan, PlanSettings, Seen } from '../../services/types.js';

/** Tasks of a deployment as they are with what was committed. */
export interface DeploymentCounts {
  pending: number;
  running: number;
  /** Of those that run. */
  healthy: number;
  /** Of those that run: whose containers have a health check. */
  checked: number;
  /** When those that have none all count as healthy; absent where they do. Epoch milliseconds. */
  settledAt?: number;
  stopping: number;
}

/**
 * By deployment, with what a plan has just stopped, and so many tasks that it has started. What was replaced on a host that is
 * still away counts as nothing, as in the plan. Pure.
 */
export function countsOf(
  seen: Pick<Seen, 'tasks' | 'hosts'>,
  plan: Pick<Plan, 'service' | 'stop'>,
  started: number,
  settings: PlanSettings,
  now: number,
): Map<string, DeploymentCounts> {
  const counts = new Map<string, DeploymentCounts>();
  const stops = new Set(plan.stop.map(({ task }) => task));
  const times = { ...plan.service, ...settings };
  for (const task of seen.tasks) {
    if (task.wasLost && !answers(seen.hosts.get(task.instance))) continue;
    const count = counts.get(task.deployment) ?? { ...NO_TASKS };
    counts.set(task.deployment, count);
    if (stops.has(task.id) || task.lastStatus === 'STOPPING') count.stopping += 1;
    else if (task.lastStatus === 'PENDING') count.pending += 1;
    else {
      count.running += 1;
      if (task.health !== undefined) count.checked += 1;
      if (isHealthy(task, times, now)) count.healthy += 1;
      else if (task.health === undefined)
        count.settledAt = Math.max(count.settledAt ?? 0, healthyAt(task, times) ?? 0);
    }
  }
  const starting = startedDeployment(plan.service)?.id;
  if (starting === undefined || started === 0) return counts;
  const own = counts.get(starting) ?? NO_TASKS;
  return counts.set(starting, { ...own, pending: own.pending + started });
}

export const NO_TASKS: DeploymentCounts = {
  pending: 0,
  running: 0,
  healthy: 0,
  checked: 0,
  stopping: 0,
};
