import type { AccessScope } from '../api/access.js';
import type { ClusterCapacity } from '../api/capacity-providers.js';
import type { SharedNetwork } from '../api/cluster-network.js';
import type {
  Attribute,
  ClusterConfiguration,
  ClusterSetting,
  ContainerDependency,
  ContainerRestartPolicy,
  LaunchType,
  NetworkBinding,
  SettingName,
  Tag,
  TaskDefinition,
  TaskOverride,
  TaskStopCode,
  VolumeFrom,
} from '../api/types.js';
import type { Capacity, ForeignUsage, TaskResources } from '../agent/types.js';
import type { HostAddress } from '../hosts/address.js';

/** What the store holds. Names and ids, never ARNs; times are epoch milliseconds by the client's clock. */

export interface ClusterRecord extends ClusterCapacity {
  name: string;
  status: 'ACTIVE' | 'INACTIVE';
  createdAt: number;
  tags: Tag[];
  settings: ClusterSetting[];
  configuration?: ClusterConfiguration;
  serviceConnectDefaults?: { namespace: string };
  /** What awsvpc tasks of all its hosts have addresses of; else each host has a bridge of its own. */
  network?: SharedNetwork;
}

export interface InstanceRecord {
  /** 32 hex digits; the marker on the host says the same. */
  id: string;
  cluster: string;
  /** What people call the host; unique in its cluster. */
  name: string;
  address: HostAddress;
  /** Name of the volume that marks it; records made before it was kept have none. */
  marker?: string;
  /** `SHA256:…` of the SSH host key at registration. */
  hostKey?: string;
  /** Rises by one with each change of the record (ECS: `version`); records made before it was kept have none. */
  version?: number;
  status: 'ACTIVE' | 'DRAINING';
  /** Whether the host answered when last asked. */
  connected: boolean;
  /** Since when `connected` is so, as far as that was seen: a host is away since its last answer. */
  seenAt: number;
  /** It doesn't answer, and somebody has said that it won't come back. */
  givenUp?: true;
  registeredAt: number;
  zone?: string;
  /** Built-in ones and the user's own. */
  attributes: Attribute[];
  /** The user's own. */
  custom: Attribute[];
  /** All that the host has. */
  registered: Capacity;
  /** What the hosts file keeps back for others. */
  reserve: { cpu: number; memory: number };
  /** First and last dynamic host port. */
  portRange: [number, number];
  /** Where people reach published ports; else the host's address. */
  publishAddress?: string;
  /** How many GPUs the user says that it has; else what registration found counts. */
  gpus?: number;
  /** `tcp/22` …: held by the host's own processes. */
  listening: string[];
  engineVersion: string;
  clockOffset: number;
  tags: Tag[];
}

/** What tasks take of an instance: all that placement reads, one record an instance. */
export interface UsageRecord {
  claims: Record<string, Claim>;
  /** Tasks of other states and containers that nobody labelled, as last seen. */
  foreign: ForeignUsage;
  /** Names of shared volumes that hold data of the cluster's tasks there. Absent: none that is known of. */
  volumes?: string[] | undefined;
}

export interface Claim extends TaskResources {
  group: string;
  /** Those of `ports` that were chosen, not asked for. */
  dynamic?: string[];
  /** Shared volumes that it uses: their data is on its host from now on. */
  volumes?: string[];
}

export interface FamilyRecord {
  family: string;
  /** Revisions only rise. */
  latest: number;
  /** All of its revisions came from hosts; nobody has registered one here. */
  adopted?: boolean;
  /** INACTIVE: none of its revisions is ACTIVE. DELETED: it has none left. Absent: as ACTIVE. */
  status?: 'ACTIVE' | 'INACTIVE' | 'DELETED';
}

export interface DefinitionRecord {
  definition: TaskDefinition & { family: string; revision: number };
  /** sha256 of what decides how its containers run, hex. */
  hash: string;
  tags: Tag[];
  /** It, or the one that `deploy` made it of, came from a host, not from the user: it is given none of the user's secrets. */
  adopted?: true;
}

export interface TaskRecord {
  id: string;
  cluster: string;
  instance: string;
  family: string;
  revision: number;
  definitionHash: string;
  group: string;
  startedBy?: string;
  launchType: LaunchType;
  /** By whose share of a strategy it was started, where it was by one. */
  capacityProvider?: string;
  /** As it was asked for; of Fargate's alone, and LATEST where it is absent. */
  platformVersion?: string;
  desiredStatus: 'RUNNING' | 'STOPPED';
  lastStatus: 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'STOPPING' | 'STOPPED';
  /** Rises by one at each change of state. */
  version: number;
  /** As the definition or the override gives them. */
  cpu?: string;
  memory?: string;
  overrides: TaskOverride;
  tags: Tag[];
  enableExecuteCommand?: boolean;
  resources: TaskResources;
  bindings: Record<string, NetworkBinding[]>;
  createdAt: number;
  /** When its host was reached for it. */
  connectivityAt?: number;
  pullStartedAt?: number;
  pullStoppedAt?: number;
  startedAt?: number;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: TaskStopCode;
  stoppedReason?: string;
  containers: ContainerRecord[];
  /** Its address in its cluster's network, where Longshore chooses them. */
  address?: string;
  /** What holds the namespaces that its containers share, once it was seen. */
  holder?: HolderRecord;
  /** Its host left the cluster while it ran: it runs on, unwatched, until the host comes back. */
  orphaned?: boolean;
  /** Key of the process that works on it (OwnerRecord); none: nobody does. */
  owner?: string;
  /** Whoever asked for it has had the answer: a start that its owner left is taken up again, not undone. */
  answered?: true;
  /** Another state started it; this one found it on its host. */
  adopted?: true;
  /** A service's: its engine starts its containers again when they end, by our leave and not by its definition's. */
  kept?: true;
  /** A service's: it is to move to another host. */
  evicted?: true;
  /** A service's: its host was given up for a time, and it was replaced. */
  wasLost?: true;
  /** A service's: until then neither deployments nor scaling in stop it; absent where it has no protection. */
  protectedUntil?: number;
}

export interface ContainerRecord {
  name: string;
  image: string;
  essential: boolean;
  /** Seconds between SIGTERM and SIGKILL. */
  stopTimeout?: number;
  cpu: number;
  memory?: number;
  memoryReservation?: number;
  lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED';
  runtimeId?: string;
  imageDigest?: string;
  exitCode?: number;
  oomKilled?: boolean;
  reason?: string;
  networkBindings: NetworkBinding[];
  healthStatus?: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  startedAt?: number;
  finishedAt?: number;
  /** Containers that it needs, as its definition says: they stop after it. */
  links?: string[];
  volumesFrom?: VolumeFrom[];
  dependsOn?: ContainerDependency[];
  /** Where it is enabled. */
  restartPolicy?: ContainerRestartPolicy;
  /** How often its engine has started it again, since its engine was started. */
  restartCount?: number;
  /** Of a task that is kept: how many of these its service was told of, and how the run before the last of them ended. */
  restartsTold?: number;
  lastExitCode?: number;
  /** `awslogs-group` and `awslogs-stream-prefix` of its definition, where its driver is awslogs. */
  logGroup?: string;
  logStreamPrefix?: string;
  /** The end of its log, kept when it stopped. */
  lastLog?: LogEnd[];
}

/** The container that holds a task's namespaces, and its address. */
export interface HolderRecord {
  runtimeId: string;
  lastStatus: ContainerRecord['lastStatus'];
  startedAt?: number;
  ipAddress?: string;
  macAddress?: string;
}

export interface LogEnd {
  stream: 'stdout' | 'stderr';
  /** Epoch milliseconds by the client's clock, where the engine gave a time. */
  time?: number;
  text: string;
}

/** A stopped task whose containers are still to be removed from its host. */
export interface CleanupRecord {
  id: string;
  /** Nothing of it should be there at all. */
  neverRan: boolean;
  /** What held its namespaces may still run, for nobody. */
  held?: boolean;
  /** What it has of the cluster's network until then. */
  address?: string;
}

/** An image that was pulled to an instance for a task, and was not there before. */
export interface ImageRecord {
  /** The engine's. */
  id: string;
  /** By which it was pulled, as definitions name it. */
  names: string[];
  pulledAt: number;
  /** By a task that started, or a container that was seen; to ten minutes. */
  lastUsedAt: number;
}

export interface ProcessIdentity {
  pid: number;
  /** What tells this process from a later one of the same number. */
  startedAt: string;
  /** Boot and process namespace: only there does `pid` mean anything. */
  machine: string;
  /** What people call the machine. */
  host: string;
}

/** A process that has work under way. */
export interface OwnerRecord extends Omit<ProcessIdentity, 'host'> {
  /** What people call its machine. */
  host?: string;
  /** Epoch milliseconds, for those on other machines. */
  heartbeatAt: number;
  /** The same by the clock that its machine's processes have in common; absent of those of earlier versions. */
  beatAt?: number;
}

export interface AccountSettingRecord {
  name: SettingName;
  value: string;
  /** `root`, `user/NAME`, `role/NAME` */
  principal: string;
}

/** A secret of the user's own; its value is an age file. */
export interface SecretRecord {
  name: string;
  /** Armored. */
  text: string;
  /** Whom it is encrypted for: `age1…`. */
  recipient: string;
  createdAt: number;
  updatedAt: number;
}

/** What signs requests to a server; its secret is an age file, as a secret's value. */
export interface AccessKeyRecord {
  accessKeyId: string;
  scope: AccessScope;
  description?: string;
  text: string;
  recipient: string;
  createdAt: number;
}

/** A client token's tasks, so that a repeated call gives the same ones. */
export interface TokenRecord {
  inputHash: string;
  tasks: string[];
  at: number;
}
