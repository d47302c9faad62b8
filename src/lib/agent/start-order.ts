import { findCycle, needsOf } from '../api/container-needs.js';
import type { ContainerDefinition } from '../api/types.js';

/**
 * The task's containers in an order in which each comes after those it needs, otherwise as defined; `undefined` where
 * the needs go round in a circle. Needs of containers that the task doesn't have are left to validation.
 */
export function startOrder(containers: readonly ContainerDefinition[]): ContainerDefinition[] | undefined {
  if (findCycle(containers)) return undefined;
  const byName = new Map(containers.map((container) => [container.name, container]));
  const order = new Set<ContainerDefinition>();
  const add = (container: ContainerDefinition) => {
    if (order.has(container)) return;
    for (const { of } of needsOf(container)) {
      const needed = byName.get(of);
      if (needed) add(needed);
    }
    order.add(container);
  };
  for (const container of containers) add(container);
  return [...order];
}

/** By name, which containers need this one: they stop before it. None do where the needs go round in a circle. */
export function dependants(containers: readonly ContainerDefinition[]): Map<string, string[]> {
  const needing = new Map<string, string[]>();
  if (findCycle(containers)) return needing;
  for (const container of containers) {
    for (const { of } of needsOf(container)) {
      needing.set(of, [...(needing.get(of) ?? []), container.name ?? '']);
    }
  }
  return needing;
}
