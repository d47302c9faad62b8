import type {
  Deployment,
  Plan,
  PlanSettings,
  Seen,
  Service,
  ServiceHost,
  ServiceTask,
} from '../../../src/lib/services/types.js';
import { planService } from '../../../src/lib/services/plan.js';

export const MINUTE = 60_000;
/** The moment of all plans where nothing else is said. */
export const NOW = Date.UTC(2026, 0, 1);
export const settings: PlanSettings = { healthyAfter: 40_000, hostGrace: 2 * MINUTE };

/** One that has completed where nothing else is said. */
function deployment(id: string, rest: Partial<Deployment> = {}): Deployment {
  return {
    id: `ecs-svc/${id}`,
    status: 'PRIMARY',
    rolloutState: 'COMPLETED',
    rolloutStateReason: '',
    outcome: 'SUCCESSFUL',
    createdAt: NOW - 60 * MINUTE,
    updatedAt: NOW - 60 * MINUTE,
    failedTasks: 0,
    mostHealthy: 0,
    ...rest,
  };
}

/** On its way. */
export const rollout = (id: string, rest: Partial<Deployment> = {}): Deployment =>
  deployment(id, { rolloutState: 'IN_PROGRESS', outcome: 'IN_PROGRESS', ...rest });

/** Before one that is on its way. */
export const earlier = (id: string, rest: Partial<Deployment> = {}): Deployment =>
  deployment(id, { status: 'ACTIVE', ...rest });

export function service(rest: Partial<Service> = {}): Service {
  return {
    name: 'web',
    status: 'ACTIVE',
    scheduling: 'REPLICA',
    desiredCount: 2,
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    healthCheckGracePeriod: 0,
    strategy: [],
    deployments: [deployment('1')],
    ...rest,
  };
}

/** Of deployment 1, RUNNING and long healthy, where nothing else is said. */
export function task(id: string, instance: string, rest: Partial<ServiceTask> = {}): ServiceTask {
  const startedAt = rest.lastStatus === 'PENDING' ? undefined : NOW - 30 * MINUTE;
  return {
    id,
    deployment: 'ecs-svc/1',
    instance,
    lastStatus: 'RUNNING',
    createdAt: NOW - 31 * MINUTE,
    startedAt,
    ...rest,
  };
}

/** In the zone that its name begins with: `a1`, `b1`. */
export function host(name: string, rest: Partial<ServiceHost> = {}): ServiceHost {
  const zone = rest.zone ?? name.charAt(0);
  return {
    id: name,
    name,
    zone,
    draining: false,
    remaining: { cpu: 1024, memory: 1024 },
    attributes: new Map([['ecs.availability-zone', zone]]),
    ...rest,
  };
}

/** All hosts that tasks are on, and those that are given. */
export function seen(
  tasks: readonly ServiceTask[],
  { hosts = [], ...rest }: Partial<Omit<Seen, 'tasks' | 'hosts'>> & { hosts?: readonly ServiceHost[] } = {},
): Seen {
  const all = [...tasks.map(({ instance }) => host(instance)), ...hosts];
  return { tasks, ended: [], frozen: false, hosts: new Map(all.map((one) => [one.id, one])), ...rest };
}

export const plan = (of: Service, what: Seen, now = NOW): Plan => planService(of, what, settings, now);

export const stopped = ({ stop }: Plan): string[] => stop.map(({ task: id }) => id);
