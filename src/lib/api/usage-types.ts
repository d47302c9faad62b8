export interface DescribeUsageRequest {
  cluster?: string;
  /** Only these hosts and their tasks, and no services. */
  containerInstances?: string[];
  /** Tasks whose figures are asked for; those that don't run have none. Default: all, within a bound for each host. */
  tasks?: string[];
  /** Look at the hosts (default). False: what the state says, and no figures. */
  refresh?: boolean;
}

/** What a cluster's hosts and tasks use. Times are epoch milliseconds. */
export interface DescribeUsageResponse {
  clusterName: string;
  hosts: HostUsage[];
  services: ServiceUsage[];
  tasks: TaskUsage[];
}

export interface HostUsage {
  name: string;
  containerInstanceArn: string;
  status: string;
  agentConnected: boolean;
  /** CPU units and MiB that it has, and that tasks have reserved. */
  cpu: number;
  memory: number;
  reservedCpu: number;
  reservedMemory: number;
}

export interface ServiceUsage {
  serviceName: string;
  desiredCount: number;
  runningCount: number;
  pendingCount: number;
  /** Of its PRIMARY deployment. */
  rolloutState: string;
  taskDefinition: string;
}

export interface TaskUsage {
  taskArn: string;
  /** Name of its host. */
  host: string;
  /** `family:revision` */
  taskDefinition: string;
  group: string;
  lastStatus: string;
  healthStatus?: string;
  startedAt?: number;
  /** Absent where its engine did not say. */
  stats?: {
    readAt: number;
    /** CPU time that its containers have used since they were started. */
    cpuNanoseconds: number;
    memoryBytes: number;
  };
}
