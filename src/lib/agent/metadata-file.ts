import { singlePorts } from './bindings.js';
import type { KeyValuePair, NetworkBinding } from '../api/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import type { ContainerDetails } from '../hosts/container-types.js';
import { isRefusal } from './engine-words.js';
import { isHolder } from './names.js';
import { asFailure } from './obstacle.js';
import { tarOf } from './tar.js';
import type { ObservedContainer, TaskSpec } from './types.js';

/** What ECS's container metadata file says beside what its task says. */
export interface MetadataFacts {
  containerInstanceArn: string;
  availabilityZone?: string;
}

const fileName = 'ecs-container-metadata.json';

/** A folder of the container's own: in a volume, so that a read-only root takes it. Unlike for those that share it. */
const folderOf = ({ id }: TaskSpec, container: string): string => `/opt/ecs/metadata/${id}-${container}`;

/**
 * What the create request of a container says where its task has metadata files: variables of the ECS agent's that mean
 * something without one, and the file's volume. Pure.
 */
export function metadataOptions(
  spec: TaskSpec,
  container: string,
): { environment: KeyValuePair[]; volumes: { Volumes?: Record<string, object> } } {
  if (spec.metadata === undefined) return { environment: [], volumes: {} };
  const folder = folderOf(spec, container);
  return {
    environment: [
      { name: 'AWS_EXECUTION_ENV', value: 'AWS_ECS_EC2' },
      { name: 'ECS_CONTAINER_METADATA_FILE', value: `${folder}/${fileName}` },
    ],
    volumes: { Volumes: { [folder]: {} } },
  };
}

/**
 * Writes a container's metadata file before it starts, with what is known by then (developer guide, "Amazon ECS container
 * metadata file"). Throws Obstacle where the engine refuses, HostError where it is out of reach.
 */
export async function writeMetadata(
  host: DockerHost,
  spec: TaskSpec,
  container: ObservedContainer,
): Promise<void> {
  if (spec.metadata === undefined || isHolder(container)) return;
  try {
    await write(host, spec, container, early(spec, container));
  } catch (error) {
    throw asFailure(error, container.containerName, 'CannotCreateContainerError');
  }
}

/** The same once it runs, with all of it. `address`: of the namespace that it joined, if any. Throws HostError. */
export async function completeMetadata(
  host: DockerHost,
  spec: TaskSpec,
  container: ObservedContainer,
  address: string | undefined,
): Promise<void> {
  if (spec.metadata === undefined || isHolder(container)) return;
  const details = await host.inspectContainer(container.id);
  if (details === undefined) return;
  const content = { ...early(spec, container), ...late(spec, container, details, address) };
  // It has the first half, and may be gone by now.
  await write(host, spec, container, content).catch(unlessRefused);
}

function unlessRefused(error: unknown): void {
  if (!isRefusal(error)) throw error;
}

async function write(
  host: DockerHost,
  spec: TaskSpec,
  { id, containerName }: ObservedContainer,
  content: object,
): Promise<void> {
  const file = Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`);
  await host.putArchive(id, folderOf(spec, containerName), await tarOf([[fileName, file, 0o644]]));
}

function early({ cluster, arn, definition, metadata }: TaskSpec, { containerName }: ObservedContainer) {
  return {
    Cluster: cluster,
    ContainerInstanceARN: metadata?.containerInstanceArn,
    TaskARN: arn,
    TaskDefinitionFamily: definition.family,
    TaskDefinitionRevision: String(definition.revision),
    ContainerName: containerName,
  };
}

function late(
  { definition, metadata }: TaskSpec,
  seen: ObservedContainer,
  details: ContainerDetails,
  joined: string | undefined,
) {
  const own = Object.values(details.networks).flatMap(({ ipAddress }) => (ipAddress ? [ipAddress] : []));
  const mode = definition.networkMode ?? 'bridge';
  return {
    ContainerID: details.id,
    DockerContainerName: `/${details.name.replace(/^\//, '')}`,
    ImageID: details.imageId,
    ImageName: details.image,
    PortMappings: singlePorts(seen.networkBindings).map(portMapping),
    Networks: [{ NetworkMode: mode, IPv4Addresses: joined ? [joined] : own }],
    ...(metadata?.availabilityZone && { AvailabilityZone: metadata.availabilityZone }),
    MetadataFileStatus: 'READY',
  };
}

const portMapping = ({ containerPort, hostPort, bindIP, protocol }: NetworkBinding) => ({
  ContainerPort: containerPort,
  HostPort: hostPort,
  BindIp: bindIP ?? '',
  Protocol: protocol,
});
