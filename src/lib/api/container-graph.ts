import { findCycle, linkTarget } from './container-needs.js';
import { nameOf } from './container-rules.js';
import { shorten } from './shorten.js';
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from './types.js';

/** What ECS would refuse in how the containers of a task refer to each other; for volumes see volume-rules.ts. */
export function graphProblems(definition: RegisterTaskDefinitionRequest): string[] {
  const containers = definition.containerDefinitions ?? [];
  return [
    ...linkProblems(containers, definition.networkMode ?? 'bridge'),
    ...dependencyProblems(containers),
    ...cycleProblems(containers),
  ];
}

function linkProblems(containers: readonly ContainerDefinition[], mode: string): string[] {
  const linked = containers.filter((container) => container.links?.length);
  if (linked.length === 0) return [];
  if (mode !== 'bridge') return [`Links are not supported when networkMode=${mode}.`];
  const names = new Set(containers.map((container) => container.name));
  return linked.flatMap((container) =>
    (container.links ?? []).flatMap((link) => {
      if (!/^[\w-]+(:[\w.-]+)?$/.test(link))
        return [
          `The link '${shorten(link)}' of container '${nameOf(container)}' must be NAME or NAME:ALIAS.`,
        ];
      if (names.has(linkTarget(link))) return [];
      return [
        `Container '${nameOf(container)}' links to '${shorten(linkTarget(link))}', which does not exist.`,
      ];
    }),
  );
}

/** ECS's sentences name no container, so the path follows. */
function dependencyProblems(containers: readonly ContainerDefinition[]): string[] {
  const byName = new Map(containers.map((container) => [container.name, container]));
  return containers.flatMap((container, i) =>
    (container.dependsOn ?? []).flatMap(({ containerName, condition }, j) => {
      const path = ` (containerDefinitions[${i}].dependsOn[${j}])`;
      const target = byName.get(containerName);
      if (!target)
        return [
          `Cannot depend on container + '${shorten(containerName ?? '')}' because it does not exist${path}`,
        ];
      const ends = condition === 'SUCCESS' || condition === 'COMPLETE';
      if (ends && target.essential !== false) {
        return [
          `A dependency container with SUCCESS or COMPLETE condition cannot be an essential container: '${nameOf(target)}' needs "essential": false${path}`,
        ];
      }
      const { enabled, ignoredExitCodes = [] } = target.restartPolicy ?? {};
      if (ends && enabled && !ignoredExitCodes.includes(0)) {
        return [
          `Container '${nameOf(container)}' waits for '${nameOf(target)}' to end, whose restartPolicy starts it again whatever its exit code: put 0 into its ignoredExitCodes${path}`,
        ];
      }
      if (condition === 'HEALTHY' && !target.healthCheck) {
        return [
          `Container '${nameOf(container)}' waits for '${nameOf(target)}' to be HEALTHY, which has no health check${path}`,
        ];
      }
      return [];
    }),
  );
}

/** ECS speaks of links where all are links, of dependencies otherwise. */
function cycleProblems(containers: readonly ContainerDefinition[]): string[] {
  const cycle = findCycle(containers);
  if (cycle === undefined) return [];
  const [first] = cycle;
  const mixed = cycle.some(({ by }) => by !== first?.by);
  const what = mixed || first?.by === 'dependsOn' ? 'dependencies' : first?.by;
  const steps = cycle.map(({ of, by }) => ` → ${shorten(of)}${mixed ? ` (${by})` : ''}`);
  const index = containers.findIndex(({ name }) => name === first?.from);
  const path = `containerDefinitions[${index}].${first?.path}`;
  return [
    `Container ${what} should not have a cycle: ${shorten(first?.from ?? '')}${steps.join('')} (${path})`,
  ];
}
