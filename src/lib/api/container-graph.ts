import { nameOf } from './container-rules.js';
import { shorten } from './shorten.js';
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from './types.js';

/** What ECS would refuse in how the containers of a task refer to each other; for volumes see volume-rules.ts. */
export function graphProblems(definition: RegisterTaskDefinitionRequest): string[] {
  const containers = definition.containerDefinitions ?? [];
  return [...linkProblems(containers, definition.networkMode ?? 'bridge'), ...dependencyProblems(containers)];
}

/** The container that a link `name:alias` names. */
export const linkTarget = (link: string) => link.split(':')[0] ?? '';

function linkProblems(containers: readonly ContainerDefinition[], mode: string): string[] {
  const linked = containers.filter((container) => container.links?.length);
  if (linked.length === 0) return [];
  if (mode !== 'bridge') return [`Links are not supported when networkMode=${mode}.`];
  const names = new Set(containers.map((container) => container.name));
  const problems = linked.flatMap((container) =>
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
  const edges = (container: ContainerDefinition) => (container.links ?? []).map(linkTarget);
  if (hasCycle(containers, edges)) problems.push('Container links should not have a cycle');
  return problems;
}

function dependencyProblems(containers: readonly ContainerDefinition[]): string[] {
  const byName = new Map(containers.map((container) => [container.name, container]));
  const problems = containers.flatMap((container) =>
    (container.dependsOn ?? []).flatMap(({ containerName, condition }) => {
      const target = byName.get(containerName);
      if (!target)
        return [`Cannot depend on container + '${shorten(containerName ?? '')}' because it does not exist`];
      if ((condition === 'SUCCESS' || condition === 'COMPLETE') && target.essential !== false) {
        return ['A dependency container with SUCCESS or COMPLETE condition cannot be an essential container'];
      }
      if (condition === 'HEALTHY' && !target.healthCheck) {
        return [
          `Container '${nameOf(container)}' waits for '${nameOf(target)}' to be HEALTHY, which has no health check.`,
        ];
      }
      return [];
    }),
  );
  const edges = (container: ContainerDefinition) =>
    (container.dependsOn ?? []).map((each) => each.containerName ?? '');
  if (hasCycle(containers, edges)) problems.push('Container dependencies should not have a cycle');
  return [...new Set(problems)];
}

/** Whether following `edges` from some container leads back to it. Takes away, again and again, those that lead nowhere. */
export function hasCycle(
  containers: readonly ContainerDefinition[],
  edges: (container: ContainerDefinition) => string[],
): boolean {
  const left = new Map(containers.map((container) => [container.name ?? '', edges(container)]));
  for (let removed = true; removed;) {
    removed = false;
    for (const [name, targets] of left) {
      if (targets.some((target) => left.has(target))) continue;
      left.delete(name);
      removed = true;
    }
  }
  return left.size > 0;
}
