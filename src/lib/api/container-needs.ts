import type { ContainerDefinition } from './types.js';

/** A container that another one comes after. */
export interface Need {
  /** Its name. */
  of: string;
  /** The member that says so. */
  by: 'links' | 'volumesFrom' | 'dependsOn';
  /** Where in its container: `dependsOn[0]`. */
  path: string;
}

/**
 * What a container comes after when its task starts, and goes before when it stops: what it depends on, and, as in ECS's
 * agent (task.go, initializeContainerOrdering), what it links to and takes volumes from.
 */
export function needsOf(container: ContainerDefinition): Need[] {
  const { links = [], volumesFrom = [], dependsOn = [] } = container;
  return [
    ...links.map((link, i) => need(linkTarget(link), 'links', i)),
    ...volumesFrom.map(({ sourceContainer = '' }, i) => need(sourceContainer, 'volumesFrom', i)),
    ...dependsOn.map(({ containerName = '' }, i) => need(containerName, 'dependsOn', i)),
  ];
}

/** The container that a link `name:alias` names. */
export const linkTarget = (link: string): string => link.split(':')[0] ?? '';

const need = (of: string, by: Need['by'], i: number): Need => ({ of, by, path: `${by}[${i}]` });

/**
 * A way round from a container back to itself, each with the need that leads on from it; undefined where there is none.
 * Needs of containers that aren't there lead nowhere.
 */
export function findCycle(
  containers: readonly ContainerDefinition[],
): (Need & { from: string })[] | undefined {
  const byName = new Map(containers.map((container) => [container.name ?? '', container]));
  const done = new Set<string>();
  const way: (Need & { from: string })[] = [];
  const follow = (name: string): boolean => {
    if (done.has(name)) return false;
    const container = byName.get(name);
    for (const next of container ? needsOf(container) : []) {
      way.push({ ...next, from: name });
      const again = way.findIndex(({ from }) => from === next.of);
      if (again >= 0) {
        way.splice(0, again);
        return true;
      }
      if (follow(next.of)) return true;
      way.pop();
    }
    done.add(name);
    return false;
  };
  return [...byName.keys()].some(follow) ? way : undefined;
}
