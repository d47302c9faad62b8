import { createHash } from 'node:crypto';
import type { ImageDetails, NetworkDetails } from '../../src/lib/hosts/docker-host.js';
import type {
  ContainerDetails,
  ContainerState,
  ContainerSummary,
  CreateContainer,
  LogLine,
  PublishedPort,
} from '../../src/lib/hosts/container-types.js';
import { HostError } from '../../src/lib/hosts/host-error.js';

/** What the engine in memory keeps of a container. */
export interface FakeContainer {
  id: string;
  name: string;
  options: CreateContainer;
  image: ImageDetails;
  /** Epoch milliseconds, as the other times. */
  created: number;
  status: ContainerState;
  startedAt?: number;
  finishedAt?: number;
  exitCode: number;
  error: string;
  oomKilled: boolean;
  health?: 'starting' | 'healthy' | 'unhealthy';
  /** The last of its health checks. */
  checks?: { end: number; exitCode: number; output: string }[];
  ports: PublishedPort[];
  /** In the network that it joined at its start. */
  address?: { network: string; ipAddress: string };
  logs: LogLine[];
  restartCount: number;
  /** Names of the volumes that it uses. */
  volumes: string[];
  /** What was unpacked in it. */
  archives: { folder: string; tar: Buffer }[];
}

export interface FakeNetwork extends NetworkDetails {
  /** Of the addresses that containers get. */
  prefix: string;
  /** What no other network may have: a bridge or a parent interface. */
  device: string | undefined;
}

export function summaryOf(container: FakeContainer): ContainerSummary {
  const words = {
    created: 'Created',
    running: `Up 1 second${healthWords(container)}`,
    exited: `Exited (${container.exitCode}) 1 second ago`,
  };
  return {
    id: container.id,
    names: [container.name],
    image: container.options.Image,
    imageId: container.image.id,
    created: Math.floor(container.created / 1000),
    state: container.status,
    status: words[container.status as 'created'] ?? container.status,
    labels: { ...container.options.Labels },
    ports: structuredClone(container.ports),
    addresses: container.status === 'running' && container.address ? [container.address.ipAddress] : [],
  };
}

const healthWords = ({ health }: FakeContainer): string =>
  health === undefined ? '' : ` (${health === 'starting' ? 'health: starting' : health})`;

export function detailsOf(container: FakeContainer): ContainerDetails {
  const host = container.options.HostConfig ?? {};
  const running = container.status === 'running';
  return {
    id: container.id,
    name: container.name,
    created: container.created,
    imageId: container.image.id,
    image: container.options.Image,
    restartCount: container.restartCount,
    state: {
      status: container.status,
      running,
      oomKilled: container.oomKilled,
      exitCode: container.exitCode,
      error: container.error,
      startedAt: container.startedAt,
      finishedAt: container.finishedAt,
      health: container.health && {
        status: running ? container.health : 'unhealthy',
        ...(container.checks && { log: container.checks }),
      },
    },
    labels: { ...container.options.Labels },
    env: [...(container.options.Env ?? [])],
    command: container.options.Cmd,
    entrypoint: container.options.Entrypoint,
    hostConfig: {
      memory: host.Memory ?? 0,
      memoryReservation: host.MemoryReservation ?? 0,
      cpuShares: host.CpuShares ?? 0,
      nanoCpus: 0,
      cpuQuota: 0,
      networkMode: host.NetworkMode ?? 'default',
      restartPolicy: host.RestartPolicy?.Name ?? 'no',
    },
    ports: structuredClone(container.ports),
    networks: networksOf(container),
  };
}

function networksOf({ options, status, address }: FakeContainer): ContainerDetails['networks'] {
  const mode = options.HostConfig?.NetworkMode ?? 'bridge';
  if (mode.startsWith('container:')) return {};
  const ipAddress = status === 'running' ? (address?.ipAddress ?? '172.17.0.2') : '';
  return {
    [address?.network ?? 'bridge']: { ipAddress, ...(ipAddress && { macAddress: '02:42:ac:11:00:02' }) },
  };
}

/** Names of the volumes that it mounts, without paths of the host. */
export function volumesOf({ HostConfig: host }: CreateContainer): string[] {
  const { Binds: binds = [] } = (host ?? {}) as { Binds?: string[] };
  return binds.map((bind) => bind.split(':')[0] ?? '').filter((source) => !source.startsWith('/'));
}

/** Names of the containers whose volumes it takes. */
export function sourcesOf({ HostConfig: host }: CreateContainer): string[] {
  const { VolumesFrom: sources = [] } = (host ?? {}) as { VolumesFrom?: string[] };
  return sources.map((source) => source.split(':')[0] ?? '');
}

export function imageOf(reference: string, details: Partial<ImageDetails>): ImageDetails {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  return {
    id: `sha256:${digest(reference)}`,
    repoTags: [reference],
    repoDigests: [],
    os: 'linux',
    architecture: 'amd64',
    created: 0,
    layers: [`sha256:${digest(`layer of ${reference}`)}`],
    size: 10_000,
    configHash: digest(`configuration of ${reference}`),
    ...details,
  };
}

/** All of `name` or `name=value` hold. */
export function matchesLabels(labels: Record<string, string>, wanted: readonly string[] = []): boolean {
  return wanted.every((want) => {
    const at = want.indexOf('=');
    return at < 0 ? want in labels : labels[want.slice(0, at)] === want.slice(at + 1);
  });
}

export function lostError(host: string): HostError {
  return new HostError(
    host,
    'lost',
    `${host}: the connection dropped and could not be made again`,
    'check that the host is up and run the command again',
  );
}
