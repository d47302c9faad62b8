import type * as ecs from './types.js';

/** Members of ours, as schemas/extensions.json declares them. */
export interface DeploymentExtension {
  /** The first task that fails ends the deployment. */
  failFast?: boolean;
}

/** Members of ours, as schemas/extensions.json declares them. */
export interface CreateServiceExtension extends DeploymentExtension {
  /** Tasks of a lost state's service of that name become this one's. */
  takeOver?: boolean;
}

export interface WaitServicesRequest {
  cluster?: string;
  services: string[];
  /** Ids, in the order of the services, of what STEADY is about; default: what is under way when the wait begins. */
  deployments?: string[];
  /** Default: STEADY. */
  until?: 'STEADY' | 'STABLE' | 'INACTIVE';
  /** Seconds; 0: only look. */
  timeout?: number;
}

export interface WaitServicesResponse {
  services: ecs.Service[];
  failures: ecs.Failure[];
  /** In the order of the services asked for. */
  outcomes: ServiceOutcome[];
  /** Whether a reconciler that lives keeps the cluster's services from now on. */
  watched: boolean;
  /** Hosts of the cluster that don't answer. */
  unreachable: UnreachableHost[];
}

/** A host that doesn't answer, with what may still run there of the services asked for though it was stopped or replaced. */
export interface UnreachableHost {
  /** What people call the host. */
  host: string;
  /** `taskDefinition`: `FAMILY:REVISION`. */
  left: { taskDefinition: string; count: number }[];
}

/** What became of a service that was waited for, and of the deployment that was under way then. */
export interface ServiceOutcome {
  serviceName: string;
  state:
    | 'STEADY'
    | 'FAILED'
    | 'ROLLED_BACK'
    /** So many tasks failed in a row as would trip a circuit breaker, and it has none: it goes on trying. */
    | 'FAILING'
    /** The deployment failed, and what it is rolled back to is on its way. */
    | 'ROLLING_BACK'
    /** Another deployment has taken its place. */
    | 'REPLACED'
    | 'INACTIVE'
    | 'DRAINING'
    | 'MISSING'
    /** The time was over, or the wait interrupted. */
    | 'UNDER_WAY';
  /** Why the deployment failed, or is failing. */
  reason?: string;
  /** The last tasks of the deployment that failed. */
  failedTasks: FailedServiceTask[];
}

export interface FailedServiceTask {
  taskArn: string;
  /** Id of its instance. */
  containerInstance: string;
  stopCode?: ecs.TaskStopCode;
  stoppedReason?: string;
  containers: {
    name: string;
    exitCode?: number;
    reason?: string;
    /** The end of what it wrote. */
    lastLog: { stream: 'stdout' | 'stderr'; text: string }[];
  }[];
}

export interface DeployServiceRequest {
  cluster?: string;
  service: string;
  /** `CONTAINER=IMAGE`, or an image where the definition has one container. */
  image?: string[];
  /** `NAME=VALUE` for all containers, `CONTAINER:NAME=VALUE` for one. */
  env?: string[];
  failFast?: boolean;
}

export interface DeployServiceResponse {
  taskDefinition?: ecs.TaskDefinition;
  service?: ecs.Service;
}

/** Where a task's container can be reached. */
export interface ServiceEndpoint {
  taskArn: string;
  containerName: string;
  containerPort: number;
  protocol: string;
  /** Address or name of the host, or the task's own address. */
  address: string;
  port: number;
  /** What people call the host. */
  host: string;
  lastStatus: string;
  /** Whether it counts as healthy by the service's rules. */
  healthy: boolean;
}

/** A task that moves to another host, or would. */
export interface PlannedMove {
  taskArn: string;
  /** Absent: it is of none. */
  serviceName?: string;
  from: string;
  /** Where there would be a place now; absent where it doesn't move, or there is none. */
  to?: string;
  /** Why not. */
  why?: string;
  /** Shared volumes whose data stays on the host that it is on. */
  volumesLeft?: string[];
}

/** Members of ours, as schemas/extensions.json declares them. */
export interface DrainExtension {
  /** Say what would move, and change nothing. */
  dryRun?: boolean;
}

export interface WaitDrainedRequest {
  cluster?: string;
  containerInstances: string[];
  /** Seconds */
  timeout?: number;
}

export interface WaitDrainedResponse {
  containerInstances: ecs.ContainerInstance[];
  /** Those that are left. */
  tasks: ecs.Task[];
}

export interface ReconcileRequest {
  cluster?: string;
  /** Go on until interrupted. */
  watch?: boolean;
  /** Replace what was on hosts that don't answer, however many they are. */
  giveUpLostHosts?: boolean;
  /** Let tasks start without the data of their shared volumes where the host that has it is away. */
  allowVolumeMove?: boolean;
}

/** What a pass of `reconcile` did, by cluster. */
export interface ReconcileResponse {
  clusters: {
    clusterName: string;
    /** Tasks whose start or stop was finished or undone. */
    settledTasks: string[];
    /** Containers removed that no task's record knows any more. */
    removedStrays: number;
    /** Images that were pulled for tasks and that nothing used any more. */
    removedImages: number;
    runningTasksCount: number;
    unreachableHosts: string[];
    /** ACTIVE ones, as they are after the pass. */
    services: {
      serviceName: string;
      desiredCount: number;
      runningCount: number;
      pendingCount: number;
      /** Of the PRIMARY deployment. */
      rolloutState?: string;
    }[];
  }[];
}

export interface InstallControllerRequest {
  /** The cluster that it keeps; all clusters of its state where none is named. */
  cluster?: string;
  /** A host of the cluster or an address; without, only this machine is looked at. */
  host?: string;
  notifyCommand?: string;
  /** It also answers the API of ECS. */
  serve?: boolean;
  /** `HOST:PORT` */
  listen?: string[];
  /** `HOST:PORT` of /metrics and /healthz alone. */
  metricsListen?: string[];
  logLevel?: 'error' | 'warn' | 'info' | 'debug';
  /** Settings for it: no paths of this machine, nothing secret. */
  environment?: { name: string; value: string }[];
  uninstall?: boolean;
  /** Look, and change nothing. */
  dryRun?: boolean;
}

export interface InstallControllerResponse {
  /** Absent where no host was named. */
  controller?: ControllerOnHost;
  /** This machine, where no host was named. */
  machine?: ControllerMachine;
}

export interface ControllerOnHost {
  /** What people call the host. */
  host: string;
  address: string;
  unitPath: string;
  /** The unit's text; absent where it is taken away. */
  unit?: string;
  /** What was done, or would be. */
  action: 'INSTALL' | 'UPDATE' | 'NONE' | 'REMOVE';
  /** Whether it ran a moment later; absent where nothing was started. */
  running?: boolean;
  /** Who it runs as. */
  user: string;
  /** The state there. */
  statePath?: string;
  /** Of the program there: `0.1.0`. */
  longshoreVersion?: string;
}

/** The keys that a service on this machine could log in with. */
export interface ControllerMachine {
  /** Those at OpenSSH's usual places that open without a passphrase. */
  keyFiles: string[];
  /** Those that want one. */
  encryptedKeyFiles: string[];
  /** How many the SSH agent has, which a service can't ask. */
  agentKeys: number;
}
