import type {
  ContainerDetails,
  ContainerQuery,
  ContainerStats,
  ContainerSummary,
  CreateContainer,
  Exec,
  ExecOptions,
  LogLine,
  LogOptions,
  RestartPolicy,
} from './container-types.js';

/**
 * What Longshore needs of one host's Docker engine, in the engine's own names and shapes (Docker Engine API).
 * The real one speaks to the engine over SSH or the local socket; test/fakes has one in memory; both obey
 * test/contract/docker-host.contract.ts. Every method throws HostError, and none waits longer than its time limit.
 */
export interface DockerHost {
  /** What people call the host. */
  readonly name: string;

  /**
   * Asks the engine for nothing but a sign of life. Throws HostError (timeout) where none comes within so many seconds, and
   * the signal's reason.
   */
  ping(seconds: number, signal: AbortSignal): Promise<void>;
  /** Version, capacity and clock of the engine; asked once a connection, except `fresh`. */
  info(options?: { fresh?: boolean }): Promise<EngineInfo>;
  /** When the engine was last started. Asked only after a container ended with 255. */
  engineStart?(): Promise<EngineStart>;
  /** TCP and UDP ports with a listener in the host's network namespace; undefined where that can't be seen. */
  listeningPorts(): Promise<{ tcp: number[]; udp: number[] } | undefined>;
  /** Free bytes of the file system under the engine's data root; undefined where that can't be seen. */
  freeDisk(): Promise<number | undefined>;
  /** How many GPUs NVIDIA's driver shows; undefined where there is no driver, or it can't be seen. */
  gpus(): Promise<number | undefined>;

  listContainers(query: ContainerQuery): Promise<ContainerSummary[]>;
  /** undefined where there is no such container. */
  inspectContainer(idOrName: string): Promise<ContainerDetails | undefined>;
  /** What a container has used, by one look; undefined where it doesn't run, or is gone. */
  containerStats(id: string): Promise<ContainerStats | undefined>;
  /** Returns the container's id. Throws HostError with status 409 where the name is taken, 404 without the image. */
  createContainer(name: string, options: CreateContainer): Promise<string>;
  /** Nothing happens where it already runs. */
  startContainer(id: string): Promise<void>;
  /**
   * Changes what of a container can be changed while it exists. Nothing happens where it is gone. Throws HostError with
   * status 500 where it runs and ends just then; nothing is changed then.
   */
  updateContainer(id: string, changes: { RestartPolicy: RestartPolicy }): Promise<void>;
  /** Stop signal, then SIGKILL after `seconds`. Nothing happens where it is stopped or gone. */
  stopContainer(id: string, seconds: number): Promise<void>;
  /** Nothing happens where it is not running or gone. */
  killContainer(id: string, signal: string): Promise<void>;
  /** Removes it with its anonymous volumes. Nothing happens where it is gone. */
  removeContainer(id: string, options?: { force?: boolean }): Promise<void>;
  /** Unpacks a tar into a folder of a container, running or not. Refused where that is read only, or there is none. */
  putArchive(id: string, folder: string, tar: Buffer): Promise<void>;
  /** Resolves when the container isn't running any more; undefined where it is gone. Abort ends the wait with the signal's reason. */
  waitContainer(id: string, signal?: AbortSignal): Promise<{ exitCode: number } | undefined>;
  /** Log lines in the engine's order; ends at the container's end, or when aborted. */
  logs(id: string, options: LogOptions): AsyncIterable<LogLine>;
  /**
   * Runs a command in a running container and stays attached to it. One that can't be started is no error here: its
   * `status` says so. Throws HostError with status 404 without the container, 409 where it doesn't run.
   */
  exec(id: string, options: ExecOptions): Promise<Exec>;

  /** undefined where the engine doesn't have the image. */
  inspectImage(reference: string): Promise<ImageDetails | undefined>;
  /** Pulls; progress is told as often as the engine tells it. Throws HostError (engine) with the registry's words. */
  pullImage(reference: string, options: PullOptions): Promise<void>;
  /** What the engine has that has a name or none, without the images in between that only builds use. */
  listImages(): Promise<ImageSummary[]>;
  /**
   * Takes this name from its image, and the image itself with its last one; by an id the image. Nothing happens where it
   * is gone. Throws HostError with status 409 where a container uses it.
   */
  removeImage(idOrReference: string): Promise<void>;
  /** Gives the image a further name, or takes the name from another. */
  tagImage(idOrReference: string, reference: string): Promise<void>;
  /** The image as a tar archive, as `docker save` writes it. Throws HostError where it breaks off. */
  saveImage(reference: string, options?: { signal?: AbortSignal }): AsyncIterable<Buffer>;
  /**
   * Takes images from an archive, which is read at the engine's pace; nothing of it stays where it breaks off. Layers
   * that a classic engine has (imageStoreOf) may be missing in it. Throws HostError, what the archive throws, or the
   * signal's reason.
   */
  loadImage(archive: () => AsyncIterable<Buffer>, options?: LoadOptions): Promise<void>;

  /** undefined where there is no such volume. */
  inspectVolume(name: string): Promise<VolumeDetails | undefined>;
  /** Creates, or leaves the one of that name as it is; returns what is there now. */
  createVolume(options: {
    name: string;
    driver?: string;
    driverOpts?: Record<string, string>;
    labels?: Record<string, string>;
  }): Promise<VolumeDetails>;
  /** Nothing happens where it is gone. Throws HostError with status 409 where a container uses it. */
  removeVolume(name: string): Promise<void>;
  /** Volumes that carry all of these labels (`name` or `name=value`). */
  listVolumes(query: { labels?: readonly string[] }): Promise<VolumeDetails[]>;

  /** Networks that carry all of these labels (`name` or `name=value`). */
  listNetworks(query: { labels?: readonly string[] }): Promise<NetworkDetails[]>;
  /**
   * Returns the network's id. Engines take care that no two networks have one bridge or parent interface, not (before
   * 1.44 of the API) that no two have one name. Throws HostError with status 403 or 409 for what they refuse.
   */
  createNetwork(options: CreateNetwork): Promise<string>;
  /** Nothing happens where it is gone. Throws HostError with status 403 while a running container uses it. */
  removeNetwork(idOrName: string): Promise<void>;

  /**
   * Engine events that match the label filters, from now on or since a time (epoch seconds by the engine's clock,
   * fractions allowed); ends when aborted, throws HostError when the connection is lost. `until`, a time that is past:
   * those that the engine remembers, which are its last 256, and no more.
   */
  events(query: {
    labels?: readonly string[];
    since?: number;
    until?: number;
    signal: AbortSignal;
  }): AsyncIterable<EngineEvent>;
}

export interface EngineInfo {
  engineId: string;
  hostname: string;
  serverVersion: string;
  /** Negotiated for this connection, such as `1.41`. */
  apiVersion: string;
  /** `linux` | `windows` */
  osType: string;
  operatingSystem: string;
  kernelVersion: string;
  /** As the engine says: `x86_64`, `aarch64`. */
  architecture: string;
  cpus: number;
  memoryBytes: number;
  storageDriver: string;
  /** What the engine tells of its storage: `Supports d_type` is `true`. */
  driverStatus: Record<string, string>;
  dockerRootDir: string;
  /** Where containers log that say nothing of it. */
  loggingDriver: string;
  logDrivers: string[];
  networkDrivers: string[];
  volumeDrivers: string[];
  runtimes: string[];
  securityOptions: string[];
  cgroupVersion: string;
  memoryLimit: boolean;
  swapLimit: boolean;
  cpuCfsQuota: boolean;
  /** The engine's clock minus this machine's, in milliseconds, measured over one request. */
  clockOffset: number;
  warnings: string[];
}

/** Epoch milliseconds by the engine's clock; undefined where that can't be seen. */
export interface EngineStart {
  /** Its process began: it writes its number beside its socket (`docker.pid`), to the second at least. */
  begun: number | undefined;
  /** It had looked through its containers: after that it makes the network `bridge` anew (its `Created`). */
  ready: number | undefined;
}

export interface ImageDetails {
  id: string;
  repoTags: string[];
  /** Empty: the image never came from a registry. */
  repoDigests: string[];
  os: string;
  architecture: string;
  created: number;
  /** Digests of the layers' contents (diff ids), the lowest first. */
  layers: string[];
  /** Bytes of all layers, unpacked. */
  size: number;
  /** Of what containers get of it: command, environment, user, labels …; the same for every engine. Hex. */
  configHash: string;
}

export interface ImageSummary {
  id: string;
  repoTags: string[];
  /** Empty: the image never came from a registry. */
  repoDigests: string[];
  /** Bytes of all layers, unpacked; other images may share them. */
  size: number;
}

export interface LoadOptions {
  signal?: AbortSignal;
  /** Called with the bytes sent so far. */
  onProgress?: (sent: number) => void;
}

export interface PullOptions {
  /** `os/arch[/variant]` */
  platform?: string;
  auth?: RegistryAuth | undefined;
  /** What the layers together have done so far, in bytes; `total` grows as layers become known. */
  onProgress?: (progress: { status: string; current: number; total: number }) => void;
  /** Seconds after which the pull is given up. */
  timeout: number;
  signal?: AbortSignal;
}

/** For a registry, as Docker takes it; it travels in a header, and is never to be logged. */
export type RegistryAuth = { username: string; password: string } | { identitytoken: string };

export interface VolumeDetails {
  name: string;
  driver: string;
  /** What its driver was told; may hold passwords. */
  options: Record<string, string>;
  labels: Record<string, string>;
  createdAt: string;
}

export interface NetworkDetails {
  id: string;
  name: string;
  driver: string;
  labels: Record<string, string>;
  createdAt: string;
}

/** Body of POST /networks/create, as the Engine API spells it. */
export interface CreateNetwork {
  Name: string;
  Driver: string;
  Labels: Record<string, string>;
  Options?: Record<string, string>;
  IPAM?: { Config: { Subnet: string; Gateway?: string; IPRange?: string }[] };
}

export interface EngineEvent {
  type: string;
  action: string;
  id: string;
  attributes: Record<string, string>;
  /** Epoch milliseconds by the engine's clock. */
  time: number;
}
