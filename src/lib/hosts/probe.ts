import type { Attribute } from '../api/types.js';
import type { DockerHost } from './docker-host.js';

/** What registration learns of a host. */
export interface HostFacts {
  engineVersion: string;
  apiVersion: string;
  minApiVersion: string;
  storageDriver: string;
  /** `linux` | `windows` */
  osType: string;
  operatingSystem: string;
  /** As ECS says: `x86_64`, `arm64`. */
  architecture: string;
  cpus: number;
  memoryBytes: number;
  freeDiskBytes: number | undefined;
  listening: { tcp: number[]; udp: number[] } | undefined;
  /** The host's clock minus this machine's, in milliseconds. */
  clockOffset: number;
  logDrivers: string[];
  networkDrivers: string[];
  volumeDrivers: string[];
  securityOptions: string[];
  /** What the user should know, one sentence each. */
  warnings: string[];
}

/** Milliseconds of clock offset, and bytes of free disk, that are warned of. */
const CLOCK_TOLERANCE = 5000;
const LITTLE_DISK = 2 ** 30;

/** Asks the host for all that registration needs. Throws HostError. */
export async function probeHost(host: DockerHost): Promise<HostFacts> {
  const [info, listening, freeDiskBytes] = await Promise.all([
    host.info({ fresh: true }),
    host.listeningPorts(),
    host.freeDisk(),
  ]);
  const { serverVersion, architecture, clockOffset, ...rest } = info;
  const warnings: string[] = [];
  if (Math.abs(clockOffset) > CLOCK_TOLERANCE) {
    const ahead = clockOffset > 0 ? 'ahead of' : 'behind';
    warnings.push(
      `its clock is ${(Math.abs(clockOffset) / 1000).toFixed(1)} s ${ahead} this machine's; set it by NTP`,
    );
  }
  if (freeDiskBytes !== undefined && freeDiskBytes < LITTLE_DISK) {
    warnings.push(`only ${Math.round(freeDiskBytes / 2 ** 20)} MiB are free under ${info.dockerRootDir}`);
  }
  return {
    ...rest,
    engineVersion: serverVersion,
    architecture: ecsArchitecture(architecture),
    freeDiskBytes,
    listening,
    clockOffset,
    warnings,
  };
}

function ecsArchitecture(architecture: string): string {
  if (architecture === 'aarch64' || architecture === 'arm64') return 'arm64';
  return architecture === 'amd64' ? 'x86_64' : architecture;
}

/** Versions of Docker's API that the ECS agent names one by one. */
const FIRST_API = 17;

/** The host's built-in attributes, under the names that the ECS agent gives them. Pure. */
export function attributesOf(facts: HostFacts): Attribute[] {
  const minor = Number(facts.apiVersion.split('.')[1] ?? 0);
  const names = [
    ...Array.from(
      { length: Math.max(0, minor - FIRST_API + 1) },
      (_, i) => `com.amazonaws.ecs.capability.docker-remote-api.1.${FIRST_API + i}`,
    ),
    ...facts.logDrivers.map((driver) => `com.amazonaws.ecs.capability.logging-driver.${driver}`),
    'com.amazonaws.ecs.capability.logging-driver.none',
    'com.amazonaws.ecs.capability.privileged-container',
    ...facts.volumeDrivers.map((driver) => `ecs.capability.docker-plugin.${driver}`),
    ...(facts.securityOptions.some((o) => o.includes('apparmor'))
      ? ['com.amazonaws.ecs.capability.apparmor']
      : []),
    ...(facts.securityOptions.some((o) => o.includes('selinux'))
      ? ['com.amazonaws.ecs.capability.selinux']
      : []),
  ];
  return [
    { name: 'ecs.os-type', value: facts.osType },
    { name: 'ecs.cpu-architecture', value: facts.architecture },
    ...[...new Set(names)].map((name) => ({ name })),
  ];
}
