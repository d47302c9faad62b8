import type { Writable } from 'node:stream';

/* Containers, and what is done with them, as the Docker Engine API has them. */

/** What a container has used so far. */
export interface ContainerStats {
  /** Epoch milliseconds by the engine's clock. */
  readAt: number;
  /** CPU time since its start, over all cores. */
  cpuNanoseconds: number;
  /** Now, without what only caches files. */
  memoryBytes: number;
}

export interface ContainerQuery {
  /** Also those that don't run. */
  all?: boolean;
  /** `name` or `name=value`; all must match. */
  labels?: readonly string[];
  status?: readonly ContainerState[];
}

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export interface ContainerSummary {
  id: string;
  /** Without the leading slash. */
  names: string[];
  image: string;
  imageId: string;
  /** Epoch seconds by the engine's clock. */
  created: number;
  state: ContainerState;
  /** The engine's own words: `Exited (1) 2 minutes ago`, `Up 3 seconds (healthy)`. */
  status: string;
  labels: Record<string, string>;
  ports: PublishedPort[];
  /** Its addresses in networks, while it runs. */
  addresses: string[];
}

export interface PublishedPort {
  ip?: string;
  privatePort: number;
  publicPort?: number;
  type: 'tcp' | 'udp' | 'sctp';
}

export interface ContainerDetails {
  id: string;
  name: string;
  /** Epoch milliseconds by the engine's clock, with the engine's full precision. */
  created: number;
  imageId: string;
  image: string;
  restartCount: number;
  state: {
    status: ContainerState;
    running: boolean;
    oomKilled: boolean;
    exitCode: number;
    error: string;
    /** Epoch milliseconds; undefined where it has not happened. */
    startedAt?: number;
    finishedAt?: number;
    health?: {
      status: 'starting' | 'healthy' | 'unhealthy';
      log?: { end: number; exitCode: number; output: string }[];
    };
  };
  labels: Record<string, string>;
  /** `NAME=value`; never to be logged. */
  env: string[];
  command: string[] | undefined;
  entrypoint: string[] | undefined;
  hostConfig: {
    memory: number;
    memoryReservation: number;
    cpuShares: number;
    nanoCpus: number;
    cpuQuota: number;
    networkMode: string;
    restartPolicy: string;
  };
  ports: PublishedPort[];
  /** Addresses by network name. */
  networks: Record<string, { ipAddress: string; macAddress?: string; globalIPv6Address?: string }>;
}

/** Body of POST /containers/create, as the Engine API spells it. */
export interface CreateContainer {
  Image: string;
  Hostname?: string;
  User?: string;
  Cmd?: string[];
  Entrypoint?: string[];
  Env?: string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
  ExposedPorts?: Record<string, Record<string, never>>;
  StopSignal?: string;
  StopTimeout?: number;
  HostConfig?: CreateHostConfig;
  /** Addresses that are asked for, by network name. */
  NetworkingConfig?: { EndpointsConfig: Record<string, { IPAMConfig: { IPv4Address: string } }> };
  [more: string]: unknown;
}

export interface CreateHostConfig {
  CpuShares?: number;
  Memory?: number;
  MemoryReservation?: number;
  PortBindings?: Record<string, { HostIp?: string; HostPort: string }[]>;
  DeviceRequests?: { Driver: string; DeviceIDs: string[]; Capabilities: string[][] }[];
  Links?: string[];
  NetworkMode?: string;
  RestartPolicy?: RestartPolicy;
  [more: string]: unknown;
}

export interface RestartPolicy {
  Name: 'no' | 'unless-stopped' | 'always' | 'on-failure';
  MaximumRetryCount?: number;
}

export interface LogOptions {
  follow?: boolean;
  /** Epoch seconds by the engine's clock; fractions allowed. */
  since?: number;
  until?: number;
  /** Last lines only. */
  tail?: number;
  stdout?: boolean;
  stderr?: boolean;
  signal?: AbortSignal;
}

export interface LogLine {
  stream: 'stdout' | 'stderr';
  /** The engine's time stamp, RFC 3339 with nanoseconds; empty where the line has none (a tty's). */
  timestamp: string;
  /** Without the line's end. */
  text: string;
}

export interface ExecOptions {
  /** The program and its arguments; no shell reads them. */
  command: readonly string[];
  /** On a terminal of its own: stdout and stderr come as one, and what is typed is echoed. */
  tty?: boolean;
  /** Keep its standard input open for us; else it has none. */
  stdin?: boolean;
  /** The terminal's. */
  size?: TerminalSize;
}

/** In characters. */
export interface TerminalSize {
  rows: number;
  columns: number;
}

/** A command that runs in a container beside its own. */
export interface Exec {
  /** Its standard input; ending it closes it there, and what the command still has to say comes. */
  readonly stdin: Writable | undefined;
  /** What it writes, to be read once, until it has closed its output. Throws HostError where the connection is lost. */
  readonly output: AsyncIterable<ExecOutput>;
  /** Nothing happens where it has ended. */
  resize(size: TerminalSize): Promise<void>;
  status(): Promise<ExecStatus>;
  /** Lets go of it; it may run on. */
  close(): void;
}

export interface ExecOutput {
  stream: 'stdout' | 'stderr';
  data: Buffer;
}

export interface ExecStatus {
  running: boolean;
  /** Once it has ended. */
  exitCode: number | undefined;
  /** False where the engine could not start it: why is its output, the exit code is 126 or 127. */
  started: boolean;
}
