import type { AccessScope } from './access.js';
import type {
  CreateServiceExtension,
  DeploymentExtension,
  DeployServiceRequest,
  DeployServiceResponse,
  DrainExtension,
  InstallControllerRequest,
  InstallControllerResponse,
  PlannedMove,
  ReconcileRequest,
  ReconcileResponse,
  ServiceEndpoint,
  WaitDrainedRequest,
  WaitDrainedResponse,
  WaitServicesRequest,
  WaitServicesResponse,
} from './service-types.js';
import type { DescribeUsageRequest, DescribeUsageResponse } from './usage-types.js';
import type * as ecs from './types.js';

/** Input and output of each operation of the table: ECS's own types, and the members that are ours. */
export interface OperationTypes {
  CreateCluster: Types<ecs.CreateClusterRequest & NetworkExtension, ecs.CreateClusterResponse>;
  DescribeClusters: Types<ecs.DescribeClustersRequest, ecs.DescribeClustersResponse>;
  ListClusters: Types<ecs.ListClustersRequest, ecs.ListClustersResponse>;
  DeleteCluster: Types<ecs.DeleteClusterRequest & DeleteClusterExtension, ecs.DeleteClusterResponse>;
  UpdateCluster: Types<ecs.UpdateClusterRequest & NetworkExtension, ecs.UpdateClusterResponse>;
  UpdateClusterSettings: Types<ecs.UpdateClusterSettingsRequest, ecs.UpdateClusterSettingsResponse>;

  RegisterContainerInstance: Types<
    ecs.RegisterContainerInstanceRequest & RegisterContainerInstanceExtension,
    ecs.RegisterContainerInstanceResponse
  >;
  DeregisterContainerInstance: Types<
    ecs.DeregisterContainerInstanceRequest,
    ecs.DeregisterContainerInstanceResponse
  >;
  DescribeContainerInstances: Types<
    ecs.DescribeContainerInstancesRequest & RefreshExtension,
    ecs.DescribeContainerInstancesResponse
  >;
  ListContainerInstances: Types<ecs.ListContainerInstancesRequest, ecs.ListContainerInstancesResponse>;
  UpdateContainerInstancesState: Types<
    ecs.UpdateContainerInstancesStateRequest & DrainExtension,
    ecs.UpdateContainerInstancesStateResponse & { moves?: PlannedMove[] }
  >;
  PutAttributes: Types<ecs.PutAttributesRequest, ecs.PutAttributesResponse>;
  DeleteAttributes: Types<ecs.DeleteAttributesRequest, ecs.DeleteAttributesResponse>;
  ListAttributes: Types<ecs.ListAttributesRequest, ecs.ListAttributesResponse>;
  UpdateContainerAgent: Types<ecs.UpdateContainerAgentRequest, ecs.UpdateContainerAgentResponse>;

  RegisterTaskDefinition: Types<
    ecs.RegisterTaskDefinitionRequest & { dryRun?: boolean; cluster?: string },
    ecs.RegisterTaskDefinitionResponse & DryRegistration
  >;
  DeregisterTaskDefinition: Types<ecs.DeregisterTaskDefinitionRequest, ecs.DeregisterTaskDefinitionResponse>;
  DescribeTaskDefinition: Types<ecs.DescribeTaskDefinitionRequest, ecs.DescribeTaskDefinitionResponse>;
  ListTaskDefinitions: Types<ecs.ListTaskDefinitionsRequest, ecs.ListTaskDefinitionsResponse>;
  ListTaskDefinitionFamilies: Types<
    ecs.ListTaskDefinitionFamiliesRequest,
    ecs.ListTaskDefinitionFamiliesResponse
  >;
  DeleteTaskDefinitions: Types<ecs.DeleteTaskDefinitionsRequest, ecs.DeleteTaskDefinitionsResponse>;

  RunTask: Types<ecs.RunTaskRequest & RunTaskExtension, ecs.RunTaskResponse>;
  StartTask: Types<ecs.StartTaskRequest, ecs.StartTaskResponse>;
  StopTask: Types<ecs.StopTaskRequest, ecs.StopTaskResponse>;
  ListTasks: Types<ecs.ListTasksRequest & RefreshExtension, ecs.ListTasksResponse>;
  DescribeTasks: Types<ecs.DescribeTasksRequest & RefreshExtension, ecs.DescribeTasksResponse>;
  ExecuteCommand: Types<ecs.ExecuteCommandRequest, ecs.ExecuteCommandResponse>;

  CreateService: Types<ecs.CreateServiceRequest & CreateServiceExtension, ecs.CreateServiceResponse>;
  UpdateService: Types<ecs.UpdateServiceRequest & DeploymentExtension, ecs.UpdateServiceResponse>;
  DeleteService: Types<ecs.DeleteServiceRequest, ecs.DeleteServiceResponse>;
  DescribeServices: Types<ecs.DescribeServicesRequest & RefreshExtension, ecs.DescribeServicesResponse>;
  ListServices: Types<ecs.ListServicesRequest, ecs.ListServicesResponse>;
  ListServicesByNamespace: Types<ecs.ListServicesByNamespaceRequest, ecs.ListServicesByNamespaceResponse>;
  ListServiceDeployments: Types<ecs.ListServiceDeploymentsRequest, ecs.ListServiceDeploymentsResponse>;
  DescribeServiceDeployments: Types<
    ecs.DescribeServiceDeploymentsRequest,
    ecs.DescribeServiceDeploymentsResponse
  >;
  DescribeServiceRevisions: Types<ecs.DescribeServiceRevisionsRequest, ecs.DescribeServiceRevisionsResponse>;
  StopServiceDeployment: Types<ecs.StopServiceDeploymentRequest, ecs.StopServiceDeploymentResponse>;
  UpdateTaskProtection: Types<ecs.UpdateTaskProtectionRequest, ecs.UpdateTaskProtectionResponse>;
  GetTaskProtection: Types<ecs.GetTaskProtectionRequest, ecs.GetTaskProtectionResponse>;

  DescribeCapacityProviders: Types<
    ecs.DescribeCapacityProvidersRequest,
    ecs.DescribeCapacityProvidersResponse
  >;
  PutClusterCapacityProviders: Types<
    ecs.PutClusterCapacityProvidersRequest,
    ecs.PutClusterCapacityProvidersResponse
  >;

  TagResource: Types<ecs.TagResourceRequest, ecs.TagResourceResponse>;
  UntagResource: Types<ecs.UntagResourceRequest, ecs.UntagResourceResponse>;
  ListTagsForResource: Types<ecs.ListTagsForResourceRequest, ecs.ListTagsForResourceResponse>;

  PutAccountSetting: Types<ecs.PutAccountSettingRequest, ecs.PutAccountSettingResponse>;
  PutAccountSettingDefault: Types<ecs.PutAccountSettingDefaultRequest, ecs.PutAccountSettingDefaultResponse>;
  ListAccountSettings: Types<ecs.ListAccountSettingsRequest, ecs.ListAccountSettingsResponse>;
  DeleteAccountSetting: Types<ecs.DeleteAccountSettingRequest, ecs.DeleteAccountSettingResponse>;

  // Ours: what ECS doesn't have.
  WaitTasks: Types<WaitTasksRequest, WaitTasksResponse>;
  WaitDrained: Types<WaitDrainedRequest, WaitDrainedResponse>;
  WaitServices: Types<WaitServicesRequest, WaitServicesResponse>;
  DeployService: Types<DeployServiceRequest, DeployServiceResponse>;
  DescribeUsage: Types<DescribeUsageRequest, DescribeUsageResponse>;
  DescribeEndpoints: Types<{ cluster?: string; service: string }, { endpoints: ServiceEndpoint[] }>;
  Rebalance: Types<{ cluster?: string; service?: string; dryRun?: boolean }, { moves: PlannedMove[] }>;
  Reconcile: Types<ReconcileRequest, ReconcileResponse>;
  InstallController: Types<InstallControllerRequest, InstallControllerResponse>;
  Prune: Types<PruneRequest, PruneResponse>;
  PutSecret: Types<{ name: string; value?: string }, { secret: SecretSummary }>;
  ListSecrets: Types<{ nextToken?: string; maxResults?: number }, ListSecretsResponse>;
  DeleteSecret: Types<{ name: string }, { secret: SecretSummary }>;
  CreateAccessKey: Types<
    { scope?: string; description?: string },
    { accessKey: AccessKeySummary & { secretAccessKey: string } }
  >;
  ListAccessKeys: Types<
    { nextToken?: string; maxResults?: number },
    { accessKeys: AccessKeySummary[]; nextToken?: string }
  >;
  DeleteAccessKey: Types<{ accessKeyId: string }, { accessKey: AccessKeySummary }>;
  Recover: Types<RecoverRequest, RecoverResponse>;
  PushImage: Types<PushImageRequest, PushImageResponse>;
  Doctor: Types<DoctorRequest, DoctorResponse>;
  ExportState: Types<Record<never, never>, { state: StateDocument }>;
  ImportState: Types<{ state: StateDocument; replace?: boolean }, { records: number }>;
}

interface Types<Input, Output> {
  input: Input;
  output: Output;
}

/** Members of ours, as schemas/extensions.json declares them. */
interface NetworkExtension {
  network?: ClusterNetwork;
}

/** What gives awsvpc tasks their addresses. Blocks are written as `10.0.0.0/24`. */
export interface ClusterNetwork {
  driver?: string;
  /** The interface of the hosts that it is on. */
  parent?: string;
  subnet?: string;
  gateway?: string;
  /** The part of the subnet that tasks may have. */
  range?: string;
}

/** Members of ours, as schemas/extensions.json declares them. */
interface DeleteClusterExtension {
  force?: boolean;
}

/** Members of ours, as schemas/extensions.json declares them. */
interface RegisterContainerInstanceExtension {
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
  /** NVIDIA GPUs that tasks may have, whatever the host shows. */
  gpus?: number;
  shared?: boolean;
}

/** What may be told of a secret. */
export interface SecretSummary {
  name: string;
  createdAt: Date;
  /** When its value was last put. */
  updatedAt: Date;
}

/** What may be told of an access key. */
export interface AccessKeySummary {
  accessKeyId: string;
  scope: AccessScope;
  description?: string;
  createdAt: Date;
}

export interface ListSecretsResponse {
  secrets: SecretSummary[];
  nextToken?: string;
}

interface WaitTasksRequest {
  cluster?: string;
  tasks: string[];
  /** Default: STOPPED. */
  until?: 'RUNNING' | 'STOPPED';
  /** Seconds */
  timeout?: number;
}

type WaitTasksResponse = ecs.DescribeTasksResponse & {
  /** As `run-task --wait` has them: 125 where nobody knows how the task ended. In the order asked for. */
  exitCodes?: { taskArn: string; exitCode: number }[];
};

/** What `register-task-definition --dry-run` says beside ECS's answer. */
interface DryRegistration {
  /** Nothing was registered. */
  dryRun?: true;
  /** The cluster that was looked at. */
  clusterName?: string;
  hosts?: DryRunHost[];
}

export interface DryRunHost {
  name: string;
  containerInstanceArn: string;
  /** LATER: it could, but for what else runs there, or since it doesn't answer or is draining. */
  canRun: 'NOW' | 'LATER' | 'NO';
  /** As in the failures of RunTask. */
  reason?: string;
  detail?: string;
}

export interface PruneRequest {
  cluster?: string;
  all?: boolean;
  images?: boolean;
  dryRun?: boolean;
}

/** What was removed, or would be. */
export interface PruneResponse {
  clusterName: string;
  dryRun: boolean;
  hosts: PrunedHost[];
  unreachableHosts: string[];
}

export interface PrunedHost {
  name: string;
  containerInstanceArn: string;
  containers: PrunedContainer[];
  volumes: PrunedVolume[];
  /** Networks of the cluster's awsvpc tasks. */
  networks: string[];
  images: PrunedImage[];
}

export interface PrunedContainer {
  taskId: string;
  /** In the task definition. */
  name: string;
  runtimeId: string;
  image: string;
  /** When its task had stopped; absent where it never ran. */
  stoppedAt?: Date;
}

/** A volume that one task had for itself. */
export interface PrunedVolume {
  taskId: string;
  /** In the task definition. */
  name: string;
  /** On the host. */
  dockerName: string;
}

export interface PrunedImage {
  id: string;
  names: string[];
  /** Bytes, unpacked; other images may share some of them. */
  size: number;
}

export type RecoverRequest = Omit<RegisterContainerInstanceExtension, 'shared' | 'host'> & {
  host: string;
  attributes?: ecs.Attribute[];
};

export interface RecoverResponse {
  clusterNames: string[];
  containerInstances: ecs.ContainerInstance[];
}

export interface PushImageRequest {
  cluster?: string;
  /** Names with tags; without a tag `latest`. */
  images: string[];
  /** Names of hosts of the cluster; all of them where none is named. */
  hosts?: string[];
  /** `local`, or a host's name or address. */
  from?: string;
}

export interface PushedHost {
  host: string;
  containerInstanceArn: string;
  /** `PRESENT`: it had the image already. */
  status: 'PUSHED' | 'PRESENT' | 'FAILED';
  /** What went out to it. */
  sentBytes: number;
  /** Why it failed. */
  reason?: string;
}

export interface PushImageResponse {
  images: {
    image: string;
    imageId: string;
    /** Where it came from. */
    source: string;
    hosts: PushedHost[];
  }[];
}

export interface DoctorRequest {
  cluster?: string;
  /** Names of the cluster's hosts, or addresses of any. */
  hosts?: { host: string; name?: string; identityFile?: string; proxyJump?: string }[];
}

/** What was found of one thing. */
export interface DoctorCheck {
  /** `disk`, `clock` …: the same for all hosts. */
  check: string;
  /** `unknown`: it can't be seen, mostly because only root may look. */
  status: 'ok' | 'warning' | 'failed' | 'unknown';
  /** A sentence. */
  detail: string;
  /** What is to be done, in words. */
  remedy?: string;
  /** What does it (after that), to be run on this machine. */
  command?: string;
}

export interface DoctorHost {
  host: string;
  address: string;
  /** Of a host of the cluster. */
  containerInstanceArn?: string;
  /** False where nobody could log in: nothing but the reason is known then. */
  reached: boolean;
  checks: DoctorCheck[];
}

export interface DoctorResponse {
  clusterName?: string;
  /** The machine that the command ran on. */
  machine: { checks: DoctorCheck[] };
  hosts: DoctorHost[];
}

/** An exported state: `longshore state export`. */
export type StateDocument = Record<string, unknown>;

/** Members of ours, as schemas/extensions.json declares them. */
interface RefreshExtension {
  refresh?: boolean;
}

/** Members of ours, as schemas/extensions.json declares them. */
interface RunTaskExtension {
  dryRun?: boolean;
  seed?: string;
}
