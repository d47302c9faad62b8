import { boundsOf } from '../../../src/lib/services/bounds.js';
import { startedDeployment } from '../../../src/lib/services/halted.js';
import { wantedOf } from '../../../src/lib/services/plan.js';
import type { Plan, PlanSettings, Seen, Service, ServiceTask } from '../../../src/lib/services/types.js';

/** What must be so of each plan, by what was seen alone. */
export function checkPlan(
  service: Service,
  plan: Plan,
  seen: Seen,
  { healthyAfter, hostGrace }: PlanSettings,
  now: number,
) {
  const after = plan.service;
  const wanted = wantedOf(after, seen, { healthyAfter, hostGrace }, now);
  const { lower, upper } = boundsOf(service, wanted);
  const hostOf = ({ instance }: ServiceTask) => seen.hosts.get(instance)!;
  // Its grace begins anew where a freeze ends, but not for what was replaced before.
  const thaw = seen.frozen ? now : service.freeze && (service.freeze.until ?? now);
  const isGivenUp = (task: ServiceTask) => {
    const { awaySince = now } = hostOf(task);
    return now - (task.wasLost ? awaySince : Math.max(awaySince, thaw ?? 0)) >= hostGrace;
  };
  const there = seen.tasks.filter((task) => !isGivenUp(task));
  const stop = new Set(plan.stop.map(({ task }) => task));
  const must = (holds: boolean, what: string) => {
    if (!holds)
      throw new Error(`${what}: ${JSON.stringify({ now, wanted, lower, upper, plan, seen }, null, 1)}`);
  };

  must(stop.size === plan.stop.length, 'No task is stopped twice');
  const byId = new Map(there.map((task) => [task.id, task]));
  for (const id of stop) {
    const task = byId.get(id);
    must(task !== undefined && task.lastStatus !== 'STOPPING', 'Only what is there is stopped');
    if (task && service.scheduling === 'REPLICA' && service.status === 'ACTIVE')
      must(
        (task.protectedUntil ?? 0) <= now || task.health === 'UNHEALTHY',
        'What is protected and not unhealthy stays',
      );
  }
  if (startedDeployment(after) === undefined || after.status !== 'ACTIVE')
    must(plan.start.count === 0, 'Nothing is started by what has failed or was deleted');
  if ((after.setbacks?.until ?? now) > now) must(plan.start.count === 0, 'Nothing is started in a pause');
  must((plan.wakeAt ?? Infinity) > now, 'It is woken later, not now');
  must(
    plan.lost.every((id) => isGivenUp(seen.tasks.find((task) => task.id === id)!)),
    'Lost are the lost',
  );

  const eligible = new Set(seen.eligible);
  const isUp = ({ lastStatus, health, instance }: ServiceTask) =>
    lastStatus === 'RUNNING' &&
    (health === undefined || health === 'HEALTHY') &&
    seen.hosts.get(instance)?.awaySince === undefined &&
    (service.scheduling === 'REPLICA' || eligible.has(instance));
  const isHealthy = (task: ServiceTask) =>
    isUp(task) && (task.health === 'HEALTHY' || now - (task.startedAt ?? now) >= healthyAfter);
  for (const counts of [isUp, isHealthy]) {
    const before = there.filter(counts);
    const left = before.filter(({ id }) => !stop.has(id));
    must(left.length >= Math.min(lower, before.length), 'No stop leaves fewer than the lower bound');
  }

  if (service.scheduling === 'REPLICA') {
    if (plan.start.count > 0)
      must(there.length + plan.start.count <= upper, 'No start leads beyond the upper bound');
  } else {
    const taken = new Set(there.map(({ instance }) => instance));
    must(plan.start.count === plan.start.on?.length, 'Each daemon has its host');
    must(plan.start.on?.every((id) => eligible.has(id) && !taken.has(id)) === true, 'One daemon a host');
  }
  if (plan.steady) must(plan.start.count + plan.stop.length === 0, 'What is steady is left alone');
}
