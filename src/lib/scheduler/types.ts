import type { PlacementConstraint, PlacementStrategy } from '../api/types.js';

/** What a task needs, or an instance has. */
export interface Amounts {
  /** CPU units; 1024 are one CPU. */
  cpu: number;
  /** MiB */
  memory: number;
  gpus: number;
}

export type Protocol = 'tcp' | 'udp';

/** `tcp/80`, `udp/53`: a port of the host. */
export type PortKey = `${Protocol}/${number}`;

export type PortCounts = Readonly<Record<Protocol, number>>;

/** First and last port. */
export type PortRange = readonly [number, number];

/** A container instance as the scheduler sees it: a snapshot, never written to by the scheduler. */
export interface InstanceView {
  id: string;
  /** The host's name, for explanations and `spread(host)`. */
  name: string;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  agentConnected: boolean;
  agentVersion: string;
  /** Epoch milliseconds. */
  registeredAt: number;
  /** Attribute values by name; an attribute without value has ''. */
  attributes: ReadonlyMap<string, string>;
  remaining: Amounts;
  /** Ports that are taken: by tasks, by the host's own processes, reserved. */
  usedPorts: ReadonlySet<PortKey>;
  /** Where host ports that are not fixed are taken from. */
  portRange: PortRange;
  /** How many ports of the range are free. */
  freePorts: PortCounts;
  /** Names of the shared volumes whose data is there. */
  volumes: ReadonlySet<string>;
  /** Running and pending tasks by group (`family:web`, `service:web`); a group without tasks isn't in it. */
  tasksByGroup: ReadonlyMap<string, number>;
}

/** A shared volume that its host must have. */
export interface VolumeNeed {
  name: string;
  /** Names of the hosts that have it. */
  on: readonly string[];
}

/** One task to place; `count` of the same are placed one after the other. */
export interface PlacementRequest extends Amounts {
  /** Fixed host ports. */
  ports: readonly PortKey[];
  /** How many host ports it needs besides, whichever they are. */
  dynamicPorts: PortCounts;
  /** Those of them that have to follow each other. */
  portRuns?: readonly { protocol: Protocol; count: number }[];
  /** `family:FAMILY` or `service:NAME` or the caller's own. */
  group: string;
  requiredAttributes: readonly { name: string; value?: string }[];
  volumes: readonly VolumeNeed[];
  constraints: readonly PlacementConstraint[];
  strategy: readonly PlacementStrategy[];
}

/** Why an instance can't take the task: ECS's reason, and facts to word it with. */
export interface Refusal {
  instanceId: string;
  instanceName: string;
  /**
   * `RESOURCE:MEMORY`, `ATTRIBUTE`, `AGENT`, `MemberOf placement constraint unsatisfied.` … as ECS names them; `DRAINING`
   * and `INACTIVE` for instances that ECS doesn't consider at all, `VOLUME` for those without the data of a volume.
   */
  reason: string;
  /** For people, one instance: `has 300 MiB of 512`, `port 80/tcp is taken`. */
  detail: string;
}

export type Pick =
  | { placed: true; instanceId: string }
  | {
      placed: false;
      refusals: readonly Refusal[];
      /** In words, all instances: `2 of 5 hosts lack 512 MiB (web1 has 300, …)`. */
      explanation: string;
    };

/** Plans placements one by one on a snapshot; each pick changes what it has planned, never the snapshot. */
export interface Placer {
  /**
   * Throws InvalidExpression for a `memberOf` that doesn't parse, InvalidStrategy for a strategy that ECS doesn't have.
   * Refusals and explanation tell of the moment of the pick, whenever they are read.
   */
  place(request: PlacementRequest): Pick;
  /** Takes a planned (or running) task off an instance again. Throws Error where the instance has none of its group. */
  release(instanceId: string, request: PlacementRequest): void;
}
