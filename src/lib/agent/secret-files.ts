import { posix } from 'node:path';
import { secretFolders } from '../api/secret-files.js';
import type { ContainerDefinition, KeyValuePair, TaskDefinition } from '../api/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { dockerName } from './names.js';
import type { ResolvedTask } from './resolved.js';
import { tarOf } from './tar.js';
import type { TaskSpec } from './types.js';

/** A folder of one container in which secrets are files: a volume in memory, which the task's holder keeps alive. */
interface SecretVolume {
  container: string;
  /** Its folder in the container. */
  folder: string;
  /** What it is called in labels, as other volumes by their definition; no name in a definition has dots. */
  name: string;
  /** On the host. */
  source: string;
  /** Where the holder has it. */
  held: string;
}

type Named = Pick<TaskSpec, 'id' | 'definition'>;

/** Whether a task's secrets need a holder: without a container that runs with it, a volume in memory is empty again. */
export const hasSecretFiles = ({ containerDefinitions = [] }: TaskDefinition): boolean =>
  containerDefinitions.some((container) => secretFolders(container).length > 0);

/** Pure. */
export function secretVolumes(spec: Named): SecretVolume[] {
  return (spec.definition.containerDefinitions ?? []).flatMap((definition) => {
    const container = definition.name ?? '';
    return secretFolders(definition).map((folder, i) => {
      const name = `internal.ecs.secrets.${container}.${i}`;
      return { container, folder, name, source: dockerName(spec, name), held: `/${container}/${i}` };
    });
  });
}

/** What Docker's own driver is told: 16 MiB at most, which only take what is in them. */
export const memory = { type: 'tmpfs', device: 'tmpfs', o: 'size=16m,mode=0755,nosuid,nodev,noexec' };

/** How a container mounts its secrets; what its image has there is hidden. Pure. */
export function secretBinds(spec: Named, { name }: ContainerDefinition): string[] {
  const own = secretVolumes(spec).filter(({ container }) => container === name);
  return own.map(({ source, folder }) => `${source}:${folder}:ro,nocopy`);
}

/** How the holder does. Pure. */
export const heldBinds = (spec: Named): string[] =>
  secretVolumes(spec).map(({ source, held }) => `${source}:${held}:nocopy`);

/** Writes a task's secrets, once its holder runs and before any other container does. Throws HostError. */
export async function writeSecrets(
  host: DockerHost,
  spec: Named,
  holder: string,
  resolved: ResolvedTask | undefined,
): Promise<void> {
  const write = async ({ container, folder, held }: SecretVolume) => {
    const values = resolved?.get(container)?.secrets ?? [];
    const files = values.flatMap((pair) => fileIn(folder, pair));
    await host.putArchive(holder, held, await tarOf(files));
  };
  await Promise.all(secretVolumes(spec).map(write));
}

/** Any user of the container may read it, as the environment. */
function fileIn(folder: string, { name = '', value = '' }: KeyValuePair): [string, Buffer, number][] {
  return posix.dirname(name) === folder ? [[posix.basename(name), Buffer.from(value), 0o444]] : [];
}
