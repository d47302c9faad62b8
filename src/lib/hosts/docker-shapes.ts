import type Dockerode from 'dockerode';
import type {
  ContainerDetails,
  ContainerState,
  ContainerSummary,
  EngineEvent,
  EngineInfo,
  ImageDetails,
  PublishedPort,
  VolumeDetails,
} from './docker-host.js';

/** The engine's answers in the shapes of DockerHost. What older engines leave out or give as null is empty here. */
export function summaryOf(container: Dockerode.ContainerInfo): ContainerSummary {
  return {
    id: container.Id,
    // Links add names such as `/other/alias`; a container's own have one slash.
    names: (container.Names ?? []).filter((name) => name.lastIndexOf('/') === 0).map((name) => name.slice(1)),
    image: container.Image,
    imageId: container.ImageID,
    created: container.Created,
    state: container.State as ContainerState,
    status: container.Status,
    labels: container.Labels ?? {},
    ports: (container.Ports ?? []).map((port) => ({
      ...(port.IP ? { ip: port.IP } : {}),
      privatePort: port.PrivatePort,
      ...(port.PublicPort ? { publicPort: port.PublicPort } : {}),
      type: port.Type as PublishedPort['type'],
    })),
  };
}

export function detailsOf(container: Dockerode.ContainerInspectInfo): ContainerDetails {
  const { State: state, Config: config, HostConfig: host } = container;
  return {
    id: container.Id,
    name: container.Name.replace(/^\//, ''),
    created: parseTime(container.Created) ?? 0,
    imageId: container.Image,
    image: config.Image,
    restartCount: container.RestartCount ?? 0,
    state: {
      status: state.Status as ContainerState,
      running: state.Running,
      oomKilled: state.OOMKilled,
      exitCode: state.ExitCode,
      error: state.Error,
      startedAt: parseTime(state.StartedAt),
      // While it runs again, the engine still tells when it ended last.
      finishedAt: state.Running ? undefined : parseTime(state.FinishedAt),
      health: healthOf(state.Health),
    },
    labels: config.Labels ?? {},
    env: config.Env ?? [],
    command: config.Cmd ?? undefined,
    entrypoint:
      typeof config.Entrypoint === 'string' ? [config.Entrypoint] : (config.Entrypoint ?? undefined),
    hostConfig: {
      memory: host.Memory ?? 0,
      memoryReservation: host.MemoryReservation ?? 0,
      cpuShares: host.CpuShares ?? 0,
      nanoCpus: host.NanoCpus ?? 0,
      cpuQuota: host.CpuQuota ?? 0,
      networkMode: host.NetworkMode ?? 'default',
      restartPolicy: host.RestartPolicy?.Name || 'no',
    },
    ports: portsOf(container.NetworkSettings?.Ports),
    networks: Object.fromEntries(
      Object.entries(container.NetworkSettings?.Networks ?? {}).map(([name, network]) => [
        name,
        {
          ipAddress: network.IPAddress,
          ...(network.GlobalIPv6Address ? { globalIPv6Address: network.GlobalIPv6Address } : {}),
        },
      ]),
    ),
  };
}

export function imageOf(image: Dockerode.ImageInspectInfo): ImageDetails {
  return {
    id: image.Id,
    repoTags: image.RepoTags ?? [],
    repoDigests: image.RepoDigests ?? [],
    os: image.Os,
    architecture: image.Architecture,
    created: parseTime(image.Created) ?? 0,
  };
}

export function volumeOf(volume: Dockerode.VolumeInspectInfo): VolumeDetails {
  const { CreatedAt: createdAt = '' } = volume as { CreatedAt?: string };
  return { name: volume.Name, driver: volume.Driver, labels: volume.Labels ?? {}, createdAt };
}

/** One line of the stream of events. */
export interface RawEvent {
  Type?: string;
  Action?: string;
  Actor?: { ID?: string; Attributes?: Record<string, string> };
  time?: number;
  timeNano?: number;
}

export function eventOf(event: RawEvent): EngineEvent {
  return {
    type: event.Type ?? '',
    action: event.Action ?? '',
    id: event.Actor?.ID ?? '',
    attributes: event.Actor?.Attributes ?? {},
    time: event.timeNano === undefined ? (event.time ?? 0) * 1000 : event.timeNano / 1e6,
  };
}

/** Answer of GET /info, as far as it is used; the package's types lack it. */
export interface RawInfo {
  ID?: string;
  Name?: string;
  ServerVersion?: string;
  OSType?: string;
  OperatingSystem?: string;
  KernelVersion?: string;
  Architecture?: string;
  NCPU?: number;
  MemTotal?: number;
  Driver?: string;
  DockerRootDir?: string;
  Plugins?: { Log?: string[] | null; Network?: string[] | null; Volume?: string[] | null };
  Runtimes?: Record<string, unknown>;
  SecurityOptions?: string[] | null;
  CgroupVersion?: string;
  MemoryLimit?: boolean;
  SwapLimit?: boolean;
  CpuCfsQuota?: boolean;
  SystemTime?: string;
  Warnings?: string[] | null;
}

/** `asked` and `answered`: this machine's clock around the request, epoch milliseconds. */
export function infoOf(info: RawInfo, apiVersion: string, asked: number, answered: number): EngineInfo {
  const engineTime = parseTime(info.SystemTime);
  return {
    engineId: info.ID ?? '',
    hostname: info.Name ?? '',
    serverVersion: info.ServerVersion ?? '',
    apiVersion,
    osType: info.OSType ?? 'linux',
    operatingSystem: info.OperatingSystem ?? '',
    kernelVersion: info.KernelVersion ?? '',
    architecture: info.Architecture ?? '',
    cpus: info.NCPU ?? 0,
    memoryBytes: info.MemTotal ?? 0,
    storageDriver: info.Driver ?? '',
    dockerRootDir: info.DockerRootDir ?? '',
    logDrivers: info.Plugins?.Log ?? [],
    networkDrivers: info.Plugins?.Network ?? [],
    volumeDrivers: info.Plugins?.Volume ?? [],
    runtimes: Object.keys(info.Runtimes ?? {}),
    securityOptions: info.SecurityOptions ?? [],
    cgroupVersion: info.CgroupVersion ?? '1',
    memoryLimit: info.MemoryLimit ?? false,
    swapLimit: info.SwapLimit ?? false,
    cpuCfsQuota: info.CpuCfsQuota ?? false,
    // The engine read its clock somewhere between the two.
    clockOffset: engineTime === undefined ? 0 : Math.round(engineTime - (asked + answered) / 2),
    warnings: info.Warnings ?? [],
  };
}

/** Epoch milliseconds with fractions, of RFC 3339 with up to nine digits; undefined for the engine's "never". */
export function parseTime(text: string | undefined): number | undefined {
  if (!text || text.startsWith('0001-')) return undefined;
  const whole = Date.parse(text.replace(/\.\d+/, ''));
  if (Number.isNaN(whole)) return undefined;
  return whole + Number(/\.\d+/.exec(text)?.[0] ?? 0) * 1000;
}

type Health = ContainerDetails['state']['health'];

function healthOf(health: Dockerode.ContainerInspectInfo['State']['Health']): Health {
  if (!health || health.Status === 'none' || health.Status === '') return undefined;
  return {
    status: health.Status as NonNullable<Health>['status'],
    log: (health.Log ?? []).map((probe) => ({
      end: parseTime(probe.End) ?? 0,
      exitCode: probe.ExitCode,
      output: probe.Output,
    })),
  };
}

function portsOf(
  ports: Record<string, { HostIp: string; HostPort: string }[] | null> | undefined,
): PublishedPort[] {
  return Object.entries(ports ?? {}).flatMap(([key, bindings]) => {
    const [port, type = 'tcp'] = key.split('/');
    const inside = { privatePort: Number(port), type: type as PublishedPort['type'] };
    if (!bindings || bindings.length === 0) return [inside];
    return bindings.map((binding) => ({
      ...inside,
      ip: binding.HostIp,
      publicPort: Number(binding.HostPort),
    }));
  });
}
