import type { ContainerDefinition } from '../api/types.js';
import { parseLink } from './container-options.js';

/**
 * The task's containers in an order in which each comes after those it links to or takes volumes from, otherwise as
 * defined; `undefined` where they go round in a circle. Containers that the task doesn't have are left to validation.
 */
export function startOrder(containers: readonly ContainerDefinition[]): ContainerDefinition[] | undefined {
  const levels = startLevels(containers);
  return levels?.flat();
}

/** The same in steps: the containers of one level need only those of earlier levels. */
export function startLevels(containers: readonly ContainerDefinition[]): ContainerDefinition[][] | undefined {
  const names = new Set(containers.map((container) => container.name));
  const done = new Set<string | undefined>();
  const levels: ContainerDefinition[][] = [];
  let rest = [...containers];
  while (rest.length > 0) {
    const isReady = (container: ContainerDefinition) =>
      neededBy(container).every((name) => !names.has(name) || done.has(name));
    const level = rest.filter(isReady);
    if (level.length === 0) return undefined;
    rest = rest.filter((container) => !level.includes(container));
    for (const container of level) done.add(container.name);
    levels.push(level);
  }
  return levels;
}

function neededBy({ links = [], volumesFrom = [] }: ContainerDefinition): string[] {
  return [
    ...links.map((link) => parseLink(link).container),
    ...volumesFrom.map(({ sourceContainer = '' }) => sourceContainer),
  ];
}
