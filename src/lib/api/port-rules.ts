import { nameOf } from './container-rules.js';
import type { ContainerDefinition, PortMapping, RegisterTaskDefinitionRequest } from './types.js';

/** What ECS would refuse in the port mappings of a task definition, by its network mode (ECS: PortMapping). */
export function portProblems(definition: RegisterTaskDefinitionRequest): string[] {
  const containers = definition.containerDefinitions ?? [];
  const mode = definition.networkMode ?? 'bridge';
  return [
    ...new Set(
      containers.flatMap((container) =>
        (container.portMappings ?? []).flatMap((mapping) => rangeProblems(container, mapping)),
      ),
    ),
    ...modeProblems(containers, mode),
    ...conflicts(containers, mode),
  ];
}

/**
 * What ECS refuses of containers that share one network (answers of AWS in public issue threads; ECS API model): the
 * names of hosts and of the container itself are the network's, not the container's.
 */
export function awsvpcProblems({
  networkMode,
  containerDefinitions = [],
}: RegisterTaskDefinitionRequest): string[] {
  if (networkMode !== 'awsvpc') return [];
  return [
    containerDefinitions.some(({ hostname }) => hostname) &&
      'hostname is not supported on container when networkMode=awsvpc.',
    containerDefinitions.some(({ extraHosts }) => extraHosts?.length) &&
      'extraHosts is not supported on container when networkMode=awsvpc.',
  ].filter((problem) => typeof problem === 'string');
}

function rangeProblems(container: ContainerDefinition, mapping: PortMapping): string[] {
  const invalid = (member: keyof PortMapping) =>
    `Invalid '${member}' setting for container '${nameOf(container)}'.`;
  const { containerPort, containerPortRange: range, hostPort } = mapping;
  if (range !== undefined) {
    const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(range) ?? [];
    const fits = Number(first) >= 1 && Number(first) <= Number(last) && Number(last) <= 65_535;
    return fits && containerPort === undefined && hostPort === undefined
      ? []
      : [invalid('containerPortRange')];
  }
  const problems = [];
  if (containerPort === undefined || containerPort < 1 || containerPort > 65_535)
    problems.push(invalid('containerPort'));
  if (hostPort !== undefined && (hostPort < 0 || hostPort > 65_535)) problems.push(invalid('hostPort'));
  return problems;
}

function modeProblems(containers: readonly ContainerDefinition[], mode: string): string[] {
  const mappings = containers.flatMap((container) => container.portMappings ?? []);
  if (mode === 'none' && mappings.length > 0)
    return ['Port mappings are not supported when networkMode=none.'];
  if (mode !== 'host' && mode !== 'awsvpc') return [];
  const differ = mappings.some(({ containerPort, hostPort }) => hostPort && hostPort !== containerPort);
  return differ
    ? [`When networkMode=${mode}, the host ports and container ports in port mappings must match.`]
    : [];
}

/** Fixed host ports that the task maps twice; with the host's network a container port is one. */
function conflicts(containers: readonly ContainerDefinition[], mode: string): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const mapping of containers.flatMap((container) => container.portMappings ?? [])) {
    const port = mode === 'bridge' ? mapping.hostPort : mapping.containerPort;
    if (!port) continue;
    const key = `${(mapping.protocol ?? 'tcp').toUpperCase()} host port '${port}'`;
    if (seen.has(key)) twice.add(key);
    seen.add(key);
  }
  return [...twice].map((key) => `${key} is mapped multiple times in task.`);
}
