import { containerInstanceArn } from '../api/arn.js';
import type { Failure, NetworkBinding, TaskDefinition } from '../api/types.js';
import { choosePorts, chooseRuns, portPlan, type PortPlan } from '../scheduler/ports.js';
import type { PortKey, PortRange } from '../scheduler/types.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord } from './records.js';

/**
 * All host ports of a task, and which container port each is for; undefined where the range has no room for them. They
 * are `used` afterwards.
 */
export function choosePortsOf(
  definition: TaskDefinition,
  range: PortRange,
  used: Set<PortKey>,
  random: () => number,
): { ports: PortKey[]; bindings: Record<string, NetworkBinding[]> } | undefined {
  const plan = portPlan(definition);
  for (const port of plan.fixed) used.add(port);
  const runs = chooseRuns(range, used, plan.runs, random);
  const dynamic = runs && choosePorts(range, used, plan.dynamic, random);
  if (dynamic === undefined) return undefined;
  const inRuns = plan.runs.flatMap(({ protocol, count }, i) =>
    Array.from({ length: count }, (_, n) => `${protocol}/${(runs?.[i] ?? 0) + n}` as const),
  );
  return {
    ports: [...plan.fixed, ...dynamic, ...inRuns],
    bindings: bindingsOf(plan, dynamic, runs ?? []),
  };
}

/** The tasks before it took what the snapshot showed as free. */
export function noPortRange({ identity }: EngineContext, { cluster, id, name }: InstanceRecord): Failure {
  const detail = `${name} has not enough free ports in a row for a containerPortRange`;
  return { arn: containerInstanceArn(identity, cluster, id), reason: 'RESOURCE:PORTS', detail };
}

function bindingsOf(
  plan: PortPlan,
  dynamic: readonly PortKey[],
  runs: readonly number[],
): Record<string, NetworkBinding[]> {
  const [ports, firsts] = [[...dynamic], [...runs]];
  // By any name that a container may have, `constructor` too.
  const bindings = new Map<string, NetworkBinding[]>();
  for (const { container, containerPort, hostPort, protocol, count } of plan.published) {
    const where =
      count === undefined
        ? { containerPort, hostPort: hostPort ?? Number(ports.shift()?.split('/')[1]) }
        : rangesOf(containerPort, firsts.shift() ?? 0, count);
    const binding = { bindIP: '0.0.0.0', ...where, protocol };
    bindings.set(container, [...(bindings.get(container) ?? []), binding]);
  }
  return Object.fromEntries(bindings);
}

/** As ECS shows them. */
const rangesOf = (container: number, host: number, count: number) => ({
  containerPortRange: `${container}-${container + count - 1}`,
  hostPortRange: `${host}-${host + count - 1}`,
});
