import type { ContainerDefinition, LinuxParameters } from '../api/types.js';
import type { CreateHostConfig } from '../hosts/container-types.js';
import { filled } from './docker-values.js';

const mebibyte = 1024 ** 2;

/**
 * ECS's linuxParameters and systemControls as Docker has them, after ECS's agent (task.go, task_linux.go). `memory`:
 * the container's hard limit in MiB; swap is counted on top of it. Pure.
 */
export function linuxOptions(
  { linuxParameters: linux = {}, systemControls = [] }: ContainerDefinition,
  memory: number | undefined,
): CreateHostConfig {
  return {
    CapAdd: filled(linux.capabilities?.add),
    CapDrop: filled(linux.capabilities?.drop),
    Devices: filled(linux.devices?.map(device)),
    Init: linux.initProcessEnabled || undefined,
    ShmSize: linux.sharedMemorySize ? linux.sharedMemorySize * mebibyte : undefined,
    Tmpfs: tmpfs(linux.tmpfs),
    ...swap(linux, memory),
    Sysctls:
      systemControls.length > 0
        ? Object.fromEntries(systemControls.map(({ namespace = '', value = '' }) => [namespace, value]))
        : undefined,
  };
}

/** The permissions are all three where none is named; the path is the host's where none is given. */
function device({ hostPath, containerPath, permissions }: NonNullable<LinuxParameters['devices']>[number]) {
  const letters = { read: 'r', write: 'w', mknod: 'm' } as const;
  const chosen = permissions?.length ? permissions : (Object.keys(letters) as (keyof typeof letters)[]);
  return {
    PathOnHost: hostPath,
    PathInContainer: containerPath || hostPath,
    CgroupPermissions: chosen.map((permission) => letters[permission]).join(''),
  };
}

/** Sizes are MiB. */
function tmpfs(mounts: LinuxParameters['tmpfs']): Record<string, string> | undefined {
  if (!mounts?.length) return undefined;
  return Object.fromEntries(
    mounts.map(({ containerPath = '', size, mountOptions = [] }) => [
      containerPath,
      [...mountOptions, ...(size ? [`size=${size}m`] : [])].join(','),
    ]),
  );
}

/** maxSwap (MiB) is what swap may take beside memory, Docker's figure is both together. Swappiness counts only with it. */
function swap({ maxSwap, swappiness }: LinuxParameters, memory: number | undefined): CreateHostConfig {
  if (maxSwap === undefined || memory === undefined) return {};
  return { MemorySwap: (memory + maxSwap) * mebibyte, MemorySwappiness: swappiness };
}
