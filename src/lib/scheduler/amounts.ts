import type {
  ContainerDefinition,
  PlacementConstraint,
  PlacementStrategy,
  TaskDefinition,
} from '../api/types.js';
import { countPorts, portPlan } from './ports.js';
import type { Amounts, PlacementRequest } from './types.js';

/** An amount of CPU, memory or GPUs that can't be read. */
export class InvalidAmount extends Error {
  override name = 'InvalidAmount';
}

/**
 * What one task of a definition, overrides applied, asks of an instance, whatever hosts have of its volumes. `group` is `family:FAMILY` unless the caller or a service names
 * another; the definition's own constraints come before those of the request. Throws InvalidAmount.
 */
export function requestOf(
  definition: TaskDefinition,
  group = `family:${definition.family}`,
  wishes: { constraints?: readonly PlacementConstraint[]; strategy?: readonly PlacementStrategy[] } = {},
): PlacementRequest {
  const plan = portPlan(definition);
  return {
    ...amountsOf(definition),
    ports: plan.fixed,
    dynamicPorts: countPorts(plan.dynamic, plan.runs),
    ...(plan.runs.length > 0 && { portRuns: plan.runs }),
    group,
    requiredAttributes: (definition.requiresAttributes ?? []).flatMap(({ name, value }) =>
      name ? [{ name, value }] : [],
    ),
    volumes: [],
    constraints: [...(definition.placementConstraints ?? []), ...(wishes.constraints ?? [])],
    strategy: wishes.strategy ?? [],
  };
}

/**
 * What a task takes of its instance. CPU and memory of the task where it states them, else the sums of its containers:
 * of memory the reservation (soft limit) where there is one, else the hard limit. Throws InvalidAmount.
 * Source: ContainerDefinition.memoryReservation and TaskOverride of the ECS API model.
 */
export function amountsOf({ cpu, memory, containerDefinitions: containers = [] }: TaskDefinition): Amounts {
  return {
    cpu: cpu === undefined ? sum(containers, (container) => container.cpu ?? 0) : cpuUnits(cpu),
    memory:
      memory === undefined ? sum(containers, (c) => c.memoryReservation ?? c.memory ?? 0) : mebibytes(memory),
    gpus: sum(containers, gpusOf),
  };
}

/** CPU units of a task-level value: `512`, or `0.5 vCPU`. Throws InvalidAmount. */
export function cpuUnits(text: string): number {
  return scaled(text, /^(\d*\.?\d+)\s*vcpu$/i, 'neither CPU units such as 512 nor vCPUs such as 0.5 vCPU');
}

/** MiB of a task-level value: `512`, or `0.5 GB`. Throws InvalidAmount. */
export function mebibytes(text: string): number {
  return scaled(text, /^(\d*\.?\d+)\s*gb$/i, 'neither MiB such as 512 nor gigabytes such as 0.5 GB');
}

function gpusOf({ resourceRequirements = [] }: ContainerDefinition): number {
  return sum(resourceRequirements, ({ type, value = '' }) => (type === 'GPU' ? gpus(value) : 0));
}

function gpus(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new InvalidAmount(`${value || 'Nothing'} is not a number of GPUs.`);
}

/** As it is where it is a whole number, times 1024 where it has the larger unit. */
function scaled(text: string, larger: RegExp, problem: string): number {
  const value = text.trim();
  if (/^\d+$/.test(value)) return Number(value);
  const times = larger.exec(value)?.[1];
  if (times !== undefined) return Math.round(Number(times) * 1024);
  throw new InvalidAmount(`${text} is ${problem}.`);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
