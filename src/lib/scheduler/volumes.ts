import type { DockerVolumeConfiguration, TaskDefinition } from '../api/types.js';
import type { InstanceView, VolumeNeed } from './types.js';

/** A shared volume that has a say in where its tasks run. */
export interface SharedVolume {
  name: string;
  /** Nobody makes it: a host without it can't take the task. */
  mustExist: boolean;
}

/**
 * The shared volumes of a definition that keep their data on the host where they are, and those that must be there. Pure.
 */
export function sharedVolumes({ volumes = [] }: TaskDefinition): SharedVolume[] {
  return volumes.flatMap(({ name = '', dockerVolumeConfiguration: docker }) => {
    if (docker?.scope !== 'shared') return [];
    const mustExist = docker.autoprovision !== true;
    return mustExist || keepsDataOnHost(docker) ? [{ name, mustExist }] : [];
  });
}

/** Types of file systems whose data is elsewhere: on a server, on several machines, or gone with the last mount. */
const ELSEWHERE =
  /^(nfs4?|cifs|smb3?|smbfs|ceph|glusterfs|lustre|9p|davfs|ocfs2|gfs2?|fuse\b.*|tmpfs|ramfs)$/i;

/** Of other drivers than `local` nobody can tell: they are left to know it themselves. */
function keepsDataOnHost({ driver = 'local', driverOpts = {} }: DockerVolumeConfiguration): boolean {
  return driver === 'local' && !ELSEWHERE.test(driverOpts['type'] ?? '');
}

/**
 * What these volumes ask of an instance. Data that some hosts have is not left behind: the task goes where it is. Where
 * the caller names the host (`named`), only what must be there is asked for. Pure.
 */
export function volumeNeeds(
  volumes: readonly SharedVolume[],
  instances: readonly InstanceView[],
  named: boolean,
): VolumeNeed[] {
  return volumes.flatMap(({ name, mustExist }) => {
    const on = instances.filter((instance) => instance.volumes.has(name)).map((instance) => instance.name);
    return mustExist || (on.length > 0 && !named) ? [{ name, on }] : [];
  });
}
