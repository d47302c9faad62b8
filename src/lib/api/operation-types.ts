import type * as ecs from './types.js';

/** Input and output of each operation of the table: ECS's own types, and the members that are ours. */
export interface OperationTypes {
  CreateCluster: Types<ecs.CreateClusterRequest, ecs.CreateClusterResponse>;
  DescribeClusters: Types<ecs.DescribeClustersRequest, ecs.DescribeClustersResponse>;
  ListClusters: Types<ecs.ListClustersRequest, ecs.ListClustersResponse>;
  DeleteCluster: Types<ecs.DeleteClusterRequest, ecs.DeleteClusterResponse>;

  RegisterContainerInstance: Types<
    ecs.RegisterContainerInstanceRequest & RegisterContainerInstanceExtension,
    ecs.RegisterContainerInstanceResponse
  >;
  DeregisterContainerInstance: Types<ecs.DeregisterContainerInstanceRequest, ecs.DeregisterContainerInstanceResponse>;
  DescribeContainerInstances: Types<ecs.DescribeContainerInstancesRequest, ecs.DescribeContainerInstancesResponse>;
  ListContainerInstances: Types<ecs.ListContainerInstancesRequest, ecs.ListContainerInstancesResponse>;
  UpdateContainerInstancesState: Types<
    ecs.UpdateContainerInstancesStateRequest,
    ecs.UpdateContainerInstancesStateResponse
  >;

  RegisterTaskDefinition: Types<ecs.RegisterTaskDefinitionRequest, ecs.RegisterTaskDefinitionResponse>;
  DeregisterTaskDefinition: Types<ecs.DeregisterTaskDefinitionRequest, ecs.DeregisterTaskDefinitionResponse>;
  DescribeTaskDefinition: Types<ecs.DescribeTaskDefinitionRequest, ecs.DescribeTaskDefinitionResponse>;
  ListTaskDefinitions: Types<ecs.ListTaskDefinitionsRequest, ecs.ListTaskDefinitionsResponse>;

  RunTask: Types<ecs.RunTaskRequest & RunTaskExtension, ecs.RunTaskResponse>;
  StopTask: Types<ecs.StopTaskRequest, ecs.StopTaskResponse>;
  ListTasks: Types<ecs.ListTasksRequest, ecs.ListTasksResponse>;
  DescribeTasks: Types<ecs.DescribeTasksRequest, ecs.DescribeTasksResponse>;

  // Ours: what ECS doesn't have.
}

interface Types<Input, Output> {
  input: Input;
  output: Output;
}

/** Members of ours, as schemas/extensions.json declares them. */
export interface RegisterContainerInstanceExtension {
  /** How to reach the host: `[user@]host[:port]`, `ssh://…`, `unix:///…`. */
  host?: string;
  name?: string;
  zone?: string;
  identityFile?: string;
  proxyJump?: string;
  /** CPU units and MiB that tasks may not use. */
  reserve?: { cpu?: number; memory?: number };
  /** `40000-49999` */
  portRange?: string;
  publishAddress?: string;
  shared?: boolean;
}

/** Members of ours, as schemas/extensions.json declares them. */
export interface RunTaskExtension {
  dryRun?: boolean;
  seed?: string;
}
