import type { SharedNetwork } from '../api/cluster-network.js';
import type { NetworkBinding, TaskDefinition, TaskOverride, Tag } from '../api/types.js';
import type { ContainerState } from '../hosts/container-types.js';
import type { LogDefaults } from './log-config.js';
import type { MetadataFacts } from './metadata-file.js';
import type { Awaited } from './start-conditions.js';

/** All that a host must know of a task; container names and labels follow from it, so each step can be done again. */
export interface TaskSpec {
  /** 32 hex digits. */
  id: string;
  cluster: string;
  instanceId: string;
  /** For the `com.amazonaws.ecs.task-arn` label. */
  arn: string;
  /** As registered (defaults filled in). */
  definition: TaskDefinition & { family: string; revision: number };
  /** sha256 of the definition, hex. */
  definitionHash: string;
  overrides: TaskOverride;
  group: string;
  startedBy?: string;
  launchType?: string;
  capacityProvider?: string;
  platformVersion?: string;
  tags: Tag[];
  /** Epoch milliseconds by the client's clock. */
  createdAt: number;
  /** How its start went so far; a label of one container keeps it. */
  times?: StartTimes;
  /** What the task reserves on its host: CPU units, MiB, GPUs, `tcp/80` (dynamic ports that were chosen included). */
  resources: TaskResources;
  /** The network that all hosts of the cluster have in common, and the task's address in it. */
  network?: SharedNetwork;
  address?: string;
  /** What holds where the definition says nothing of its logs. */
  logs?: LogDefaults;
  /** Its containers get metadata files, which say this too. */
  metadata?: MetadataFacts;
  /** Host ports by container name, in the order of its port mappings (those that publish a port). */
  bindings: Record<string, NetworkBinding[]>;
}

/** When a task's host was reached for it, its images asked for, and all of them there. By the client's clock. */
export interface StartTimes {
  connectivityAt?: number;
  pullStartedAt?: number;
  pullStoppedAt?: number;
}

export interface TaskResources {
  cpu: number;
  memory: number;
  gpus: number;
  /** Which GPUs of the host, by the driver's numbers from 0 on: a task has its own for itself. */
  gpuIds?: number[];
  ports: string[];
}

/** The host's capacity for Longshore's tasks: registered resources after `reserve`. CPU units and MiB. */
export interface Capacity {
  cpu: number;
  memory: number;
  gpus: number;
}

/** One container of a task as its engine shows it. Times are epoch milliseconds by the client's clock. */
export interface ObservedContainer {
  taskId: string;
  /** Name in the task definition. */
  containerName: string;
  /** Docker's id. */
  id: string;
  image: string;
  imageDigest?: string;
  state: ContainerState;
  exitCode?: number;
  /** True where the engine's own death hides the exit code (255 stamped at its start). */
  exitCodeUnknown?: boolean;
  oomKilled: boolean;
  /** The engine's error text of a failed start. */
  error?: string;
  /** Told of what was inspected, and of what waits for its start. */
  createdAt?: number;
  startedAt?: number;
  finishedAt?: number;
  health?: 'starting' | 'healthy' | 'unhealthy';
  /** How its last health check failed; told of what was inspected. */
  failedCheck?: string;
  restartCount: number;
  /** How the run ended after which its engine started it again last, where that is news and its engine still knows. */
  lastExitCode?: number;
  networkBindings: NetworkBinding[];
  /** Address in the task's network, where it has one: of an awsvpc task what holds its network has it. */
  ipAddress?: string;
  macAddress?: string;
  /** Docker's name of the network that the address is of. */
  network?: string;
  labels: Record<string, string>;
}

/** What is told while a task starts or stops. */
export type AgentEvent =
  /** The task's images are asked for, and all of them are there, pulled or not. */
  | { type: 'images-wanted'; at: number }
  | { type: 'images-there'; at: number }
  | { type: 'pull-started'; image: string; at: number }
  | { type: 'pull-progress'; image: string; status: string; current: number; total: number }
  | { type: 'pull-stopped'; image: string; at: number; cached: boolean }
  /** Something isn't as the definition says, and is used as it is. */
  | { type: 'warning'; message: string }
  | { type: 'container-created'; container: string; id: string }
  | { type: 'container-started'; container: string; id: string }
  /** The next containers wait for these conditions. */
  | { type: 'waiting'; for: Awaited[] }
  /** What a container that isn't essential depends on can't come true: it was removed, the others go on. */
  | { type: 'container-left-out'; container: string; reason: string };

/**
 * How the start of a task ended. Whatever is neither `started` nor `broken-off` has left nothing of the task on the host.
 */
export type StartOutcome =
  | { kind: 'started'; containers: ObservedContainer[]; never: NeverStarted[] }
  /**
   * Some of its containers have run while others waited for a condition, and the rest won't be started: the caller stops
   * the task. What they did is of interest, so they are still there.
   */
  | { kind: 'broken-off'; why: BrokenOff; never: NeverStarted[]; containers: ObservedContainer[] }
  /** The host was over-full with earlier claims; `reason` is ECS's (`RESOURCE:MEMORY` …). Place it again. */
  | { kind: 'withdrawn'; reason: string; detail: string; foreign: ForeignUsage }
  /** A port was taken by something else. Place it again, knowing that. */
  | { kind: 'port-taken'; ports: string[]; detail: string }
  /** A shared volume that the host is known to have isn't there. Place it again, knowing that. */
  | { kind: 'volume-missing'; volume: string }
  /** Another container of the host has its address. Place it again, knowing that. */
  | { kind: 'address-taken'; address: string; detail: string }
  /** Somebody stopped the task while it was on its way. */
  | { kind: 'unwanted' }
  /** TaskFailedToStart: image, command, name … `container` is the one that failed, `reason` as ECS words it (`CannotPullContainerError: …`). */
  | { kind: 'failed'; container: string | undefined; reason: string };

/** Somebody stopped the task, an essential container ended before all had started, or one could not be started. */
export type BrokenOff = 'unwanted' | 'essential-exited' | { reason: string };

/** A container that was not started, and why; the exit code is the one that ECS gives it. */
export interface NeverStarted {
  container: string;
  reason: string;
  exitCode?: number;
}

/** What else uses the host: tasks of other stores and containers that nobody labelled. */
export interface ForeignUsage extends TaskResources {
  /** Engine ids of what was counted. */
  containers: string[];
  /** Those of running containers, in networks of any kind. */
  addresses?: string[];
}
