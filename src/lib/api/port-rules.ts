import { nameOf } from './container-name.js';
import { faultIf, type Fault } from './fault.js';
import { parsePortRange } from './port-range.js';
import { portRangeProblems } from './port-range-rules.js';
import type { ContainerDefinition, PortMapping, RegisterTaskDefinitionRequest } from './types.js';

/** A port mapping, and its path. */
interface Mapped {
  mapping: PortMapping;
  container: ContainerDefinition;
  at: string;
}

/** What ECS would refuse in the port mappings of a task definition, by its network mode (ECS: PortMapping). */
export function portProblems({
  containerDefinitions: containers = [],
  networkMode: mode = 'bridge',
}: RegisterTaskDefinitionRequest): Fault[] {
  const mappings = containers.flatMap((container, i) =>
    (container.portMappings ?? []).map((mapping, j): Mapped => {
      return { mapping, container, at: `containerDefinitions[${i}].portMappings[${j}]` };
    }),
  );
  return [
    ...mappings.flatMap(rangeProblems),
    ...modeProblems(mappings, mode),
    ...conflicts(mappings, mode),
    ...portRangeProblems(containers, mode),
  ];
}

/**
 * What ECS refuses of containers that share one network (answers of AWS in public issue threads; ECS API model): the
 * names of hosts and of the container itself are the network's, not the container's.
 */
export function awsvpcProblems({
  networkMode,
  containerDefinitions = [],
}: RegisterTaskDefinitionRequest): Fault[] {
  if (networkMode !== 'awsvpc') return [];
  return containerDefinitions.flatMap(({ hostname, extraHosts }, i) => [
    ...faultIf(Boolean(hostname), {
      text: 'hostname is not supported on container when networkMode=awsvpc.',
      remedy: 'Leave it out.',
      at: `containerDefinitions[${i}].hostname`,
    }),
    ...faultIf(Boolean(extraHosts?.length), {
      text: 'extraHosts is not supported on container when networkMode=awsvpc.',
      remedy: 'Leave it out.',
      at: `containerDefinitions[${i}].extraHosts`,
    }),
  ]);
}

function rangeProblems({ mapping, container, at }: Mapped): Fault[] {
  const invalid = (member: keyof PortMapping, remedy: string): Fault => ({
    text: `Invalid '${member}' setting for container '${nameOf(container)}'.`,
    remedy,
    at: `${at}.${member}`,
  });
  const { containerPort, containerPortRange: range, hostPort } = mapping;
  if (range !== undefined) {
    const fits = parsePortRange(range) !== undefined;
    const isAlone = containerPort === undefined && hostPort === undefined;
    return faultIf(
      !fits || !isAlone,
      invalid('containerPortRange', 'Write FIRST-LAST, without containerPort and hostPort.'),
    );
  }
  return [
    ...faultIf(
      containerPort === undefined || containerPort < 1 || containerPort > 65_535,
      invalid('containerPort', 'It is a port from 1 to 65535.'),
    ),
    ...faultIf(
      hostPort !== undefined && (hostPort < 0 || hostPort > 65_535),
      invalid('hostPort', 'It is a port up to 65535, or 0 for any that is free.'),
    ),
  ];
}

function modeProblems(mappings: readonly Mapped[], mode: string): Fault[] {
  const [first] = mappings;
  if (mode === 'none' && first !== undefined)
    return [
      {
        text: 'Port mappings are not supported when networkMode=none.',
        remedy: 'Leave them out, or take networkMode bridge.',
        at: first.at,
      },
    ];
  if (mode !== 'host' && mode !== 'awsvpc') return [];
  const different = mappings.find(
    ({ mapping: { containerPort, hostPort } }) => hostPort && hostPort !== containerPort,
  );
  if (different === undefined) return [];
  const { containerPort, hostPort } = different.mapping;
  return [
    {
      text: `When networkMode=${mode}, the host ports and container ports in port mappings must match.`,
      remedy: `Leave hostPort ${hostPort} out, or make it ${containerPort}.`,
      at: `${different.at}.hostPort`,
    },
  ];
}

/** Fixed host ports that the task maps twice; with the host's network a container port is one. */
function conflicts(mappings: readonly Mapped[], mode: string): Fault[] {
  const seen = new Set<string>();
  const twice = new Map<string, string>();
  for (const { mapping, at } of mappings) {
    const port = mode === 'bridge' ? mapping.hostPort : mapping.containerPort;
    if (!port) continue;
    const key = `${(mapping.protocol ?? 'tcp').toUpperCase()} host port '${port}'`;
    if (seen.has(key) && !twice.has(key)) twice.set(key, at);
    seen.add(key);
  }
  return [...twice].map(([key, at]) => ({
    text: `${key} is mapped multiple times in task.`,
    remedy:
      mode === 'bridge'
        ? 'Take another hostPort, or 0 for any that is free.'
        : `The containers share one network when networkMode=${mode}: each needs ports of its own.`,
    at,
  }));
}
