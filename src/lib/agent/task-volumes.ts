import type { ContainerDefinition, TaskDefinition, Volume } from '../api/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import type { CreateHostConfig } from '../hosts/container-types.js';
import { filled } from './docker-values.js';
import { userLabels, volumeLabels } from './labels.js';
import { dockerName } from './names.js';
import { memory, secretBinds, secretVolumes } from './secret-files.js';
import type { TaskSpec } from './types.js';

type CreateVolume = Parameters<DockerHost['createVolume']>[0];

/** A Docker volume that a task needs; what it only binds is the host's own. */
export interface TaskVolume {
  /** In the definition. */
  name: string;
  scope: 'task' | 'shared';
  /** False: it must be there. */
  autoprovision: boolean;
  create: CreateVolume & { labels: Record<string, string> };
}

/**
 * The Docker volumes of a task, after ECS's agent (task.go): those of the task's own scope are always made; so is one
 * for a volume of which the definition says nothing, where a container mounts it. Pure.
 */
export function taskVolumes(spec: TaskSpec): TaskVolume[] {
  return [...definedVolumes(spec), ...inMemory(spec)];
}

/** For secrets that are files. */
function inMemory(spec: TaskSpec): TaskVolume[] {
  return secretVolumes(spec).map(({ name, source }) => {
    const labels = volumeLabels(spec, name, 'task');
    const create = { name: source, driver: 'local', driverOpts: memory, labels };
    return { name, scope: 'task', autoprovision: true, create };
  });
}

function definedVolumes(spec: TaskSpec): TaskVolume[] {
  return (spec.definition.volumes ?? []).flatMap((volume) => {
    const { name = '', dockerVolumeConfiguration: docker } = volume;
    if (!docker && (volume.host?.sourcePath || !isMounted(spec.definition, name))) return [];
    const { scope = 'task', driver = 'local', driverOpts, labels } = docker ?? {};
    const own = volumeLabels(spec, name, scope);
    const create = {
      name: volumeSource(spec, volume),
      driver,
      ...(driverOpts && { driverOpts }),
      labels: { ...userLabels(labels), ...own },
    };
    return [{ name, scope, autoprovision: scope === 'task' || docker?.autoprovision === true, create }];
  });
}

/**
 * What a container mounts, as Docker's create request has it. Binds, not Mounts: the engine makes a path of the host
 * that is missing, and fills a new volume with what the image has there, both as in ECS. Pure.
 */
export function mountOptions(
  spec: Pick<TaskSpec, 'id' | 'definition'>,
  definition: ContainerDefinition,
): CreateHostConfig {
  const { mountPoints = [], volumesFrom = [] } = definition;
  const volumes = new Map(spec.definition.volumes?.map((volume) => [volume.name, volume]));
  const readOnly = (only: boolean | undefined) => (only ? ':ro' : '');
  return {
    Binds: filled([
      ...mountPoints.flatMap(({ sourceVolume, containerPath, readOnly: only }) => {
        const volume = volumes.get(sourceVolume);
        return volume ? [`${volumeSource(spec, volume)}:${containerPath}${readOnly(only)}`] : [];
      }),
      ...secretBinds(spec, definition),
    ]),
    VolumesFrom: filled(
      volumesFrom.map(
        ({ sourceContainer = '', readOnly: only }) => `${dockerName(spec, sourceContainer)}${readOnly(only)}`,
      ),
    ),
  };
}

/** A path of the host, or the name of a Docker volume: a shared one's own, or one that follows from the task. */
function volumeSource(spec: Pick<TaskSpec, 'id' | 'definition'>, volume: Volume): string {
  const { name = '', host, dockerVolumeConfiguration: docker } = volume;
  if (!docker && host?.sourcePath) return host.sourcePath;
  return docker?.scope === 'shared' ? name : dockerName(spec, name);
}

const isMounted = ({ containerDefinitions = [] }: TaskDefinition, name: string) =>
  containerDefinitions.some(({ mountPoints = [] }) =>
    mountPoints.some(({ sourceVolume }) => sourceVolume === name),
  );
