import type { PlanSettings, Service, ServiceTask } from './types.js';

type Times = Pick<Service, 'healthCheckGracePeriod'> & Pick<PlanSettings, 'healthyAfter'>;

/** It runs and nothing says that it doesn't work. */
const isUp = ({ lastStatus, health }: ServiceTask): boolean =>
  lastStatus === 'RUNNING' && (health === undefined || health === 'HEALTHY');

/**
 * When it counts as healthy: where a health check says so, at once; where there is none, some time after RUNNING (ECS:
 * 40 s; API model, minimumHealthyPercent). undefined: not by time alone.
 */
export function healthyAt(task: ServiceTask, { healthyAfter }: Times): number | undefined {
  if (!isUp(task)) return undefined;
  return task.health === 'HEALTHY' ? task.startedAt : (task.startedAt ?? task.createdAt) + healthyAfter;
}

export const isHealthy = (task: ServiceTask, times: Times, now: number): boolean =>
  (healthyAt(task, times) ?? Infinity) <= now;

/** What a task is to those who use the service: healthy; up, but not for long enough to count as that; or of no use. */
export function useOf(task: ServiceTask, times: Times, now: number): 'healthy' | 'young' | 'none' {
  if (!isUp(task)) return 'none';
  return isHealthy(task, times, now) ? 'healthy' : 'young';
}

/** Its health checks fail, and not only while it may still start up. */
export const isFailing = (
  task: ServiceTask,
  times: Pick<Service, 'healthCheckGracePeriod'>,
  now: number,
): boolean => task.lastStatus === 'RUNNING' && task.health === 'UNHEALTHY' && graceEnd(task, times) <= now;

/** Until then failed checks say nothing. */
export const graceEnd = (
  { startedAt, createdAt }: ServiceTask,
  { healthCheckGracePeriod }: Pick<Service, 'healthCheckGracePeriod'>,
): number => (startedAt ?? createdAt) + healthCheckGracePeriod;

/**
 * Task protection is from scaling in and deployments (ECS: task scale-in protection), not from the end of its service, nor
 * from being replaced where its health checks fail.
 */
export const mayStop = (
  service: Pick<Service, 'status' | 'healthCheckGracePeriod'>,
  task: ServiceTask,
  now: number,
): boolean =>
  service.status === 'DRAINING' || (task.protectedUntil ?? 0) <= now || isFailing(task, service, now);
