import { findCycle, linkTarget } from './container-needs.js';
import { nameOf } from './container-name.js';
import { faultIf, type Fault } from './fault.js';
import { shorten } from './shorten.js';
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from './types.js';

/** What ECS would refuse in how the containers of a task refer to each other; for volumes see volume-rules.ts. */
export function graphProblems(definition: RegisterTaskDefinitionRequest): Fault[] {
  const containers = definition.containerDefinitions ?? [];
  return [
    ...linkProblems(containers, definition.networkMode ?? 'bridge'),
    ...dependencyProblems(containers),
    ...cycleProblems(containers),
  ];
}

function linkProblems(containers: readonly ContainerDefinition[], mode: string): Fault[] {
  const first = containers.findIndex((container) => container.links?.length);
  if (first < 0) return [];
  if (mode !== 'bridge')
    return [
      {
        text: `Links are not supported when networkMode=${mode}.`,
        remedy: 'Leave them out, or take networkMode bridge.',
        at: `containerDefinitions[${first}].links`,
      },
    ];
  const names = new Set(containers.map((container) => container.name));
  return containers.flatMap((container, i) =>
    (container.links ?? []).flatMap((link, j): Fault[] => {
      const at = `containerDefinitions[${i}].links[${j}]`;
      const named = nameOf(container);
      if (!/^[\w-]+(:[\w.-]+)?$/.test(link))
        return [
          { text: `The link '${shorten(link)}' of container '${named}' must be NAME or NAME:ALIAS.`, at },
        ];
      const target = linkTarget(link);
      const text = `Container '${named}' links to '${shorten(target)}', which does not exist.`;
      return faultIf(!names.has(target), { text, at });
    }),
  );
}

/** Of what a container waits for. */
function dependencyProblems(containers: readonly ContainerDefinition[]): Fault[] {
  const byName = new Map(containers.map((container) => [container.name, container]));
  return containers.flatMap((container, i) =>
    (container.dependsOn ?? []).flatMap(({ containerName, condition }, j): Fault[] => {
      const at = `containerDefinitions[${i}].dependsOn[${j}]`;
      const target = byName.get(containerName);
      if (!target)
        return [
          {
            text: `Cannot depend on container + '${shorten(containerName ?? '')}' because it does not exist`,
            at,
          },
        ];
      const ends = condition === 'SUCCESS' || condition === 'COMPLETE';
      const waits = `Container '${nameOf(container)}' waits for '${nameOf(target)}'`;
      if (ends && target.essential !== false) {
        return [
          {
            text: `A dependency container with SUCCESS or COMPLETE condition cannot be an essential container: '${nameOf(target)}' needs "essential": false`,
            at,
          },
        ];
      }
      const { enabled, ignoredExitCodes = [] } = target.restartPolicy ?? {};
      if (ends && enabled && !ignoredExitCodes.includes(0)) {
        return [
          {
            text: `${waits} to end, whose restartPolicy starts it again whatever its exit code: put 0 into its ignoredExitCodes`,
            at,
          },
        ];
      }
      return faultIf(condition === 'HEALTHY' && !target.healthCheck, {
        text: `${waits} to be HEALTHY, which has no health check`,
        at,
      });
    }),
  );
}

/** ECS speaks of links where all are links, of dependencies otherwise. */
function cycleProblems(containers: readonly ContainerDefinition[]): Fault[] {
  const cycle = findCycle(containers);
  if (cycle === undefined) return [];
  const [first] = cycle;
  const mixed = cycle.some(({ by }) => by !== first?.by);
  const what = mixed || first?.by === 'dependsOn' ? 'dependencies' : first?.by;
  const steps = cycle.map(({ of, by }) => ` → ${shorten(of)}${mixed ? ` (${by})` : ''}`);
  const index = containers.findIndex(({ name }) => name === first?.from);
  return [
    {
      text: `Container ${what} should not have a cycle: ${shorten(first?.from ?? '')}${steps.join('')}`,
      at: `containerDefinitions[${index}].${first?.path}`,
    },
  ];
}
