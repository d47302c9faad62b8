import type { Attribute } from '../api/types.js';
import type { DockerHost } from './docker-host.js';

/** What registration learns of a host. */
export interface HostFacts {
  engineVersion: string;
  apiVersion: string;
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
  /** NVIDIA's, that the engine can give to containers. */
  gpus: number;
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
export const clockTolerance = 5000;
export const littleDisk = 2 ** 30;
/** Bytes of free disk below which nothing can be started. */
export const fullDisk = 2 ** 20;

/** Asks the host for all that registration needs. Throws HostError. */
export async function probeHost(host: DockerHost): Promise<HostFacts> {
  const [info, listening, freeDiskBytes] = await Promise.all([
    host.info({ fresh: true }),
    host.listeningPorts(),
    host.freeDisk(),
  ]);
  // A question more only where the answer may matter: containers get GPUs by NVIDIA's runtime.
  const gpus = info.runtimes.includes('nvidia') ? ((await host.gpus()) ?? 0) : 0;
  const { serverVersion, architecture, clockOffset, ...rest } = info;
  const warnings: string[] = [];
  if (Math.abs(clockOffset) > clockTolerance) {
    const ahead = clockOffset > 0 ? 'ahead of' : 'behind';
    warnings.push(
      `its clock is ${(Math.abs(clockOffset) / 1000).toFixed(1)} s ${ahead} this machine's; set it by NTP`,
    );
  }
  if (freeDiskBytes !== undefined && freeDiskBytes < littleDisk && freeDiskBytes >= fullDisk) {
    warnings.push(`only ${Math.round(freeDiskBytes / 2 ** 20)} MiB are free under ${info.dockerRootDir}`);
  }
  if (!info.memoryLimit)
    warnings.push("its kernel doesn't limit memory: containers may use more than they were given");
  return {
    ...rest,
    engineVersion: serverVersion,
    architecture: ecsArchitecture(architecture),
    freeDiskBytes,
    listening,
    gpus,
    clockOffset,
    warnings,
  };
}

/** The engine's name of an architecture as ECS has it. */
export function ecsArchitecture(architecture: string): string {
  if (architecture === 'aarch64' || architecture === 'arm64') return 'arm64';
  return architecture === 'amd64' ? 'x86_64' : architecture;
}

/** The ECS agent names each version of Docker's API from this one on, whatever the engine's oldest is. */
const firstApi = 17;

/**
 * The host's built-in attributes, under the names that the ECS agent gives them (agent_capability.go). Pure. The agent
 * has none for network drivers; those are ours.
 */
export function attributesOf(facts: HostFacts): Attribute[] {
  const newestApi = Number(facts.apiVersion.split('.')[1] ?? 0);
  const apis = Array.from({ length: Math.max(0, newestApi - firstApi + 1) }, (_, i) => `1.${firstApi + i}`);
  const supports = (option: string) => facts.securityOptions.some((text) => text.includes(`name=${option}`));
  const names = [
    ...apis.map((version) => `${agentPrefix}docker-remote-api.${version}`),
    ...[...facts.logDrivers.flatMap(pluginNames), 'none'].map(
      (driver) => `${agentPrefix}logging-driver.${driver}`,
    ),
    `${agentPrefix}privileged-container`,
    ...['apparmor', 'selinux'].filter(supports).map((option) => `${agentPrefix}${option}`),
    ...facts.volumeDrivers.flatMap(pluginNames).map((driver) => `ecs.capability.docker-plugin.${driver}`),
    ...facts.networkDrivers.map((driver) => `longshore.network-driver.${driver}`),
  ];
  return [
    { name: 'ecs.os-type', value: facts.osType },
    { name: 'ecs.os-family', value: facts.osType.toUpperCase() },
    { name: 'ecs.cpu-architecture', value: facts.architecture },
    ...[...new Set(names)].map((name) => ({ name })),
  ];
}

const agentPrefix = 'com.amazonaws.ecs.capability.';

/** An attribute's name has no colon; the tag `latest` may be left out. */
function pluginNames(driver: string): string[] {
  const name = driver.replaceAll(':', '.');
  return driver.endsWith(':latest') ? [name.slice(0, -'.latest'.length), name] : [name];
}
