import { withoutNulls } from './nulls.js';
import type { OperationInput } from './operations.js';
import { parseTaskCpu, parseTaskMemory } from './task-size.js';
import type {
  Attribute,
  Compatibility,
  ContainerDefinition,
  PortMapping,
  TaskDefinition,
  Volume,
} from './types.js';

/** A task definition as ECS answers it, but for what registration adds. */
export type NormalisedDefinition = TaskDefinition & {
  family: string;
  containerDefinitions: ContainerDefinition[];
};

/**
 * What ECS fills in at registration: `cpu` 0, `essential` true and empty lists of each container, protocol and host
 * port of each mapping, the task's cpu and memory as numbers in strings, empty volumes and constraints, the
 * attributes that a host must have (aws-cli examples; describe-task-definition outputs).
 */
export function normaliseDefinition(input: OperationInput<'RegisterTaskDefinition'>): NormalisedDefinition {
  // Tags belong to the resource and are answered beside the definition.
  const {
    family,
    containerDefinitions,
    volumes,
    placementConstraints,
    cpu,
    memory,
    tags: _tags,
    ...rest
  } = withoutNulls(input);
  const mode = rest.networkMode ?? 'bridge';
  const definition = {
    containerDefinitions: containerDefinitions.map((container) => normaliseContainer(container, mode)),
    family,
    ...filled(rest),
    volumes: (volumes ?? []).map(normaliseVolume),
    placementConstraints: placementConstraints ?? [],
    ...(cpu && { cpu: String(parseTaskCpu(cpu)) }),
    ...(memory && { memory: String(parseTaskMemory(memory)) }),
  };
  const requiresAttributes = requiredAttributes(definition);
  return {
    ...definition,
    ...(requiresAttributes.length > 0 && { requiresAttributes }),
    compatibilities: compatibilities(definition),
  };
}

function normaliseContainer(container: ContainerDefinition, mode: string): ContainerDefinition {
  const { name, image, cpu, memory, memoryReservation, links, portMappings, essential, ...rest } = container;
  const { entryPoint, command, environment, environmentFiles, mountPoints, volumesFrom, ...more } = rest;
  return defined({
    name,
    image,
    cpu: cpu ?? 0,
    memory,
    memoryReservation,
    links,
    portMappings: (portMappings ?? []).map((mapping) => normaliseMapping(mapping, mode)),
    essential: essential ?? true,
    entryPoint,
    command,
    environment: environment ?? [],
    environmentFiles,
    mountPoints: mountPoints ?? [],
    volumesFrom: volumesFrom ?? [],
    ...more,
    systemControls: more.systemControls ?? [],
    healthCheck: more.healthCheck && { interval: 30, timeout: 5, retries: 3, ...more.healthCheck },
  });
}

/** A host port of 0 means that one is chosen when the task is placed. */
function normaliseMapping(mapping: PortMapping, mode: string): PortMapping {
  const { containerPort, hostPort, protocol, ...rest } = mapping;
  if (mapping.containerPortRange !== undefined) return { protocol: protocol ?? 'tcp', ...rest };
  const ownPort = mode === 'bridge' ? 0 : containerPort;
  return {
    containerPort,
    hostPort: (mode === 'bridge' ? hostPort : hostPort || ownPort) ?? ownPort,
    protocol: protocol ?? 'tcp',
    ...rest,
  };
}

/**
 * A volume of which nothing is said is an empty one of the host (`host: {}`, as ECS answers). A Docker volume is the
 * task's own and local, and one that is shared is not made where there is none, unless said otherwise.
 */
function normaliseVolume({ name, host, dockerVolumeConfiguration: docker }: Volume): Volume {
  if (!docker) return { name, host: host ?? {} };
  const {
    scope = 'task',
    autoprovision = scope === 'shared' ? false : undefined,
    driver = 'local',
    ...rest
  } = docker;
  return { name, dockerVolumeConfiguration: defined({ scope, autoprovision, driver, ...rest }) };
}

/**
 * What a host must have for the definition, under ECS's names. Only what tells our hosts apart: every engine that
 * Longshore speaks to has the rest (such as the old versions of Docker's API that ECS asks for).
 */
function requiredAttributes(definition: TaskDefinition): Attribute[] {
  const containers = definition.containerDefinitions ?? [];
  const drivers = containers.flatMap((container) => container.logConfiguration?.logDriver ?? []);
  const names = [
    ...drivers
      .filter((driver) => driver !== 'awslogs')
      .map((driver) => `com.amazonaws.ecs.capability.logging-driver.${driver.replaceAll(':', '.')}`),
    ...(containers.some((container) => container.privileged)
      ? ['com.amazonaws.ecs.capability.privileged-container']
      : []),
  ];
  const { cpuArchitecture, operatingSystemFamily } = definition.runtimePlatform ?? {};
  return [
    ...[...new Set(names)].map((name) => ({ name })),
    ...(operatingSystemFamily === 'LINUX' ? [{ name: 'ecs.os-type', value: 'linux' }] : []),
    ...(cpuArchitecture ? [{ name: 'ecs.cpu-architecture', value: cpuArchitecture.toLowerCase() }] : []),
  ];
}

/**
 * Hosts of one's own are EC2's and ECS Anywhere's kind; what else was asked for is taken as well, so that scripts go on.
 * The order is ECS's; its ECS Anywhere has no awsvpc (answers pasted in public: EXTERNAL EC2, EC2 FARGATE).
 */
function compatibilities({ networkMode, requiresCompatibilities = [] }: TaskDefinition): Compatibility[] {
  const hosts: Compatibility[] = networkMode === 'awsvpc' ? ['EC2'] : ['EXTERNAL', 'EC2'];
  return [...new Set([...hosts, ...requiresCompatibilities])];
}

/** Without the members that say nothing: `''` of a skeleton that was left empty. */
function filled<T extends object>(members: T): T {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== ''),
  ) as T;
}

function defined<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
