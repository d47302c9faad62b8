import type { PlacementConstraint } from '../../api/types.js';
import { checksOf } from '../../scheduler/filters.js';
import type { Restarts, ServiceHost, ServiceTask } from '../../services/types.js';
import { placementRequest } from '../picks.js';
import type { Unplaced, Wish } from '../wish.js';
import { EMPTY_USAGE, instanceView, remainingOf } from '../placement.js';
import type { InstanceRecord, TaskRecord, UsageRecord } from '../records.js';

/** What the service planner sees, from the records; pure. */

export function serviceTask(task: TaskRecord): ServiceTask {
  const { id, startedBy = '', instance, lastStatus, createdAt, startedAt } = task;
  const restarts = restartsOf(task);
  return {
    id,
    deployment: startedBy,
    instance,
    lastStatus: stage(task, lastStatus),
    createdAt,
    startedAt,
    health: healthOf(task),
    protectedUntil: task.protectedUntil,
    ...(task.evicted && { evicted: true }),
    ...(task.wasLost && { wasLost: true }),
    ...(restarts.length > 0 && { restarts }),
  };
}

/** What a definition's own restartPolicy does is as it should be, and no news. */
function restartsOf({ kept, containers }: TaskRecord): Restarts[] {
  if (!kept) return [];
  return containers.flatMap(({ name, restartCount = 0, restartsTold = 0, lastExitCode }) =>
    restartCount > restartsTold
      ? [{ container: name, times: restartCount - restartsTold, inAll: restartCount, exitCode: lastExitCode }]
      : [],
  );
}

/** The record of a task after its service was told of all that `seen`, an earlier state of it, says of restarts. */
export function withRestartsTold(task: TaskRecord, { containers: seen }: TaskRecord): TaskRecord {
  const counts = new Map(seen.map(({ name, restartCount }) => [name, restartCount]));
  const containers = task.containers.map((container) => {
    const restartsTold = counts.get(container.name);
    return restartsTold ? { ...container, restartsTold } : container;
  });
  return { ...task, containers };
}

const stage = (
  { desiredStatus }: TaskRecord,
  lastStatus: TaskRecord['lastStatus'],
): ServiceTask['lastStatus'] =>
  desiredStatus === 'STOPPED' ? 'STOPPING' : lastStatus === 'RUNNING' ? 'RUNNING' : 'PENDING';

/** ECS counts essential containers only. */
function healthOf({ containers }: TaskRecord): ServiceTask['health'] {
  const checks = containers
    .filter(({ essential }) => essential)
    .flatMap(({ healthStatus }) => healthStatus ?? []);
  if (checks.length === 0) return undefined;
  if (checks.includes('UNHEALTHY')) return 'UNHEALTHY';
  return checks.every((check) => check === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN';
}

export function serviceHost(instance: InstanceRecord, usage: UsageRecord | undefined): ServiceHost {
  const attributes = new Map(instance.attributes.map(({ name = '', value = '' }) => [name, value]));
  return {
    id: instance.id,
    name: instance.name,
    zone: attributes.get('ecs.availability-zone'),
    draining: instance.status === 'DRAINING',
    [instance.connected ? 'thereSince' : 'awaySince']: instance.seenAt,
    ...(instance.givenUp && { givenUp: true }),
    remaining: usage === undefined ? { cpu: 0, memory: 0 } : remainingOf(instance, usage),
    attributes,
  };
}

/**
 * Whether so many hosts vanished at about the same time that it is more likely the watcher who is cut off: more than a
 * third of them, and more than one. Hosts that somebody has given up by name don't count.
 */
export function isCutOff(instances: readonly InstanceRecord[], window: number): boolean {
  const times = instances
    .filter(({ connected, givenUp }) => !connected && !givenUp)
    .map(({ seenAt }) => seenAt)
    .sort((a, b) => a - b);
  return times.some((first) => {
    const together = times.filter((time) => time >= first && time - first <= window).length;
    return together > 1 && together > instances.length / 3;
  });
}

/** Ids of the instances that a DAEMON service has a task on: ACTIVE ones that its constraints allow, busy or not. */
export function eligibleFor(
  wish: Wish,
  task: Pick<Unplaced, 'overrides' | 'group'>,
  instances: readonly InstanceRecord[],
  usages: ReadonlyMap<string, UsageRecord>,
): string[] {
  const views = instances.map((one) => instanceView(one, usages.get(one.id) ?? EMPTY_USAGE));
  const checks = checksOf(placementRequest(wish, task, views)).filter(
    ({ dependsOnTasks, reason }) => !dependsOnTasks && reason !== 'AGENT' && reason !== 'VOLUME',
  );
  return views.filter((view) => checks.every((check) => check.allows(view))).map(({ id }) => id);
}

/** No host gets a second one. */
export const ONE_A_HOST: PlacementConstraint = { type: 'distinctInstance' };
