import type { Deployment, EndedTask, Restarts } from './types.js';

/** ECS's own texts (developer guide, "Service event messages"; events that people pasted in issue threads). */
const tasks = (ids: readonly string[]) => ids.map((id) => `(task ${id})`).join(' ');

export const texts = {
  started: (name: string, ids: readonly string[]) =>
    `(service ${name}) has started ${ids.length} tasks: ${tasks(ids)}.`,
  stopped: (name: string, ids: readonly string[]) =>
    `(service ${name}) has stopped ${ids.length} running tasks: ${tasks(ids)}.`,
  steady: (name: string) => `(service ${name}) has reached a steady state.`,
  completed: (name: string, id: string) => `(service ${name}) (deployment ${id}) deployment completed.`,
  failed: (name: string, id: string) =>
    `(service ${name}) (deployment ${id}) deployment failed: tasks failed to start.`,
  rollingBack: (name: string, id: string, to: string) =>
    `(service ${name}) rolling back to deployment ${to}: deployment ${id} failed.`,
  /** Ours, as the next: nothing failed, somebody has called StopServiceDeployment. */
  halted: (name: string, id: string) => `(service ${name}) (deployment ${id}) deployment stopped by user.`,
  haltedBack: (name: string, id: string, to: string) =>
    `(service ${name}) rolling back to deployment ${to}: deployment ${id} was stopped by user.`,
  /** Ours: in ECS the state of the deployment alone says so. */
  rollbackFailed: (name: string, to: string) =>
    `(service ${name}) rolling back to deployment ${to} failed: tasks failed to start. Nothing is started until the service is updated.`,
  unhealthy: (name: string, id: string) => `(service ${name}) (task ${id}) failed container health checks.`,
  /** Ours: that it isn't taken for the latest that works. */
  retired: (name: string, revision: string) =>
    `(service ${name}) has deregistered ${revision}, which was registered for the deployment that failed.`,
  /** Ours: of tasks that ended for one reason. */
  failures: (name: string, [first, ...others]: readonly EndedTask[]) => {
    const ids = [first, ...others].flatMap((task) => task?.id ?? []);
    const what =
      first?.startedAt === undefined
        ? `has failed to start ${ids.length} tasks`
        : `has had ${ids.length} tasks end by themselves`;
    const why = first?.reason.replace(/\.$/, '') || 'not known';
    return `(service ${name}) ${what}: ${tasks(ids)}. Reason: ${why}.`;
  },
  /** Ours: in ECS nobody starts a service's container again. */
  restarted: (name: string, id: string, { container, times, inAll, exitCode }: Restarts) => {
    const often = times === 1 ? 'once' : `${times} times`;
    const more = inAll > times ? ` more, ${inAll} times in all` : '';
    const how =
      exitCode === undefined ? 'how it had ended is not known' : `it had ended with code ${exitCode}`;
    return `(service ${name}) (task ${id}) container ${container} was started again by its host's engine ${often}${more}; ${how}.`;
  },
  /** Ours: who deletes a service wants to know what it waits for. */
  stuck: (name: string, count: number, hosts: string) =>
    `(service ${name}) is draining, and all that is left (${count} tasks) is on hosts that do not answer: ${hosts}. It is gone when they answer, or when they are given up: longshore reconcile --give-up-lost-hosts.`,
  gone: (name: string, count: number, hosts: string) =>
    `(service ${name}) counts ${count} tasks as stopped, whose hosts were given up: ${hosts}. They are stopped when these are back.`,
  cannotStart: (name: string) => `(service ${name}) is unable to consistently start tasks successfully.`,
  cannotRoll: (name: string) =>
    `(service ${name}) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.`,
  cannotPlace: (name: string, why: string) =>
    `(service ${name}) was unable to place a task because no container instance met all of its requirements.${why}`,
};

/** Of a deployment's `rolloutStateReason` (developer guide, "Service deployment state change events"). */
export const reasons = {
  inProgress: ({ id }: Pick<Deployment, 'id'>) => `ECS deployment ${id} in progress.`,
  completed: ({ id }: Pick<Deployment, 'id'>) => `ECS deployment ${id} completed.`,
  failed: 'ECS deployment circuit breaker: tasks failed to start.',
  rollingBack: (to: string) => `ECS deployment circuit breaker: rolling back to deploymentId ${to}.`,
  /** Ours: not by the circuit breaker. */
  halted: (rollback: boolean) => `Service deployment stopped by user (${rollback ? 'ROLLBACK' : 'ABORT'}).`,
  haltedBack: (to: string) => `Service deployment stopped by user: rolling back to deploymentId ${to}.`,
  rollbackFailed: (to: string) =>
    `ECS deployment circuit breaker: rolling back to deploymentId ${to} failed: tasks failed to start.`,
};

/** Why a service's tasks stop (`stoppedReason`). */
export const stopReasons = {
  scaling: (deployment: string) => `Scaling activity initiated by (deployment ${deployment})`,
  unhealthy: 'Task failed container health checks',
  draining: 'Task stopped: its container instance is draining',
  moved: 'Task stopped: it was replaced on another container instance',
  gone: 'Task stopped: its container instance was given up, and its service deleted',
};
