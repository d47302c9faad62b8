import type { OperationTypes } from './operation-types.js';

/** What the front ends need to know of an operation beside its schema and types. */
export interface OperationFacts {
  /** The verb on the command line. */
  command: string;
  /** One line for `--help`. */
  summary: string;
  /** The list member of a paginated answer (tokens are `nextToken`, page sizes `maxResults`, in ECS throughout). */
  pages?: string;
  /** Not an operation of ECS. */
  ours?: true;
}

/**
 * The one list of the operations that there are. The key names the schema (schemas/generated/KEY.json), the types
 * (OperationTypes), the engine's function and the HTTP target; `command` names the file under src/commands.
 */
export const Operations = {
  CreateCluster: { command: 'create-cluster', summary: 'Create a cluster, of the hosts you name' },
  DescribeClusters: { command: 'describe-clusters', summary: 'Show clusters in detail' },
  ListClusters: { command: 'list-clusters', summary: 'List clusters', pages: 'clusterArns' },
  DeleteCluster: {
    command: 'delete-cluster',
    summary: 'Delete a cluster that is empty, or with --force all that is in it',
  },
  UpdateCluster: { command: 'update-cluster', summary: 'Change the settings and configuration of a cluster' },
  UpdateClusterSettings: { command: 'update-cluster-settings', summary: 'Change the settings of a cluster' },

  RegisterContainerInstance: {
    command: 'register-container-instance',
    summary: 'Add a host to a cluster',
  },
  DeregisterContainerInstance: {
    command: 'deregister-container-instance',
    summary: 'Take a host out of its cluster',
  },
  DescribeContainerInstances: {
    command: 'describe-container-instances',
    summary: 'Show hosts of a cluster in detail',
  },
  ListContainerInstances: {
    command: 'list-container-instances',
    summary: 'List the hosts of a cluster',
    pages: 'containerInstanceArns',
  },
  UpdateContainerInstancesState: {
    command: 'update-container-instances-state',
    summary: 'Drain hosts, or take them into use again',
  },
  PutAttributes: {
    command: 'put-attributes',
    summary: 'Put attributes on hosts, for placement constraints and strategies',
  },
  DeleteAttributes: { command: 'delete-attributes', summary: 'Take attributes off hosts' },
  ListAttributes: {
    command: 'list-attributes',
    summary: 'List the attributes of the hosts of a cluster',
    pages: 'attributes',
  },
  UpdateContainerAgent: {
    command: 'update-container-agent',
    summary: 'Refused: there is no agent to update',
  },

  RegisterTaskDefinition: {
    command: 'register-task-definition',
    summary: 'Register a task definition, as a new revision of its family',
  },
  DeregisterTaskDefinition: {
    command: 'deregister-task-definition',
    summary: 'Let no new tasks run from a revision of a task definition',
  },
  DescribeTaskDefinition: { command: 'describe-task-definition', summary: 'Show a task definition in full' },
  ListTaskDefinitions: {
    command: 'list-task-definitions',
    summary: 'List task definitions',
    pages: 'taskDefinitionArns',
  },
  ListTaskDefinitionFamilies: {
    command: 'list-task-definition-families',
    summary: 'List the families of task definitions',
    pages: 'families',
  },
  DeleteTaskDefinitions: {
    command: 'delete-task-definitions',
    summary: 'Delete revisions of task definitions that were deregistered',
  },

  RunTask: {
    command: 'run-task',
    summary: 'Run tasks of a task definition on hosts that have room for them',
  },
  StartTask: { command: 'start-task', summary: 'Start a task on each of the hosts that you name' },
  StopTask: { command: 'stop-task', summary: 'Stop a task' },
  ListTasks: { command: 'list-tasks', summary: 'List the tasks of a cluster', pages: 'taskArns' },
  DescribeTasks: { command: 'describe-tasks', summary: 'Show tasks in detail' },
  ExecuteCommand: {
    command: 'execute-command',
    summary: "Run a command in a task's container, on a terminal or in a script",
  },

  CreateService: {
    command: 'create-service',
    summary: 'Keep so many tasks of a task definition running',
  },
  UpdateService: {
    command: 'update-service',
    summary: 'Scale a service, or roll it to another revision of its task definition',
  },
  DeleteService: { command: 'delete-service', summary: 'Delete a service, with --force while its tasks run' },
  DescribeServices: { command: 'describe-services', summary: 'Show services in detail' },
  ListServices: { command: 'list-services', summary: 'List the services of a cluster', pages: 'serviceArns' },
  ListServicesByNamespace: {
    command: 'list-services-by-namespace',
    summary: 'List the services whose Service Connect names a namespace',
    pages: 'serviceArns',
  },
  ListServiceDeployments: {
    command: 'list-service-deployments',
    summary: 'List the deployments of a service, newest first',
    pages: 'serviceDeployments',
  },
  DescribeServiceDeployments: {
    command: 'describe-service-deployments',
    summary: 'Show deployments of services in detail',
  },
  DescribeServiceRevisions: {
    command: 'describe-service-revisions',
    summary: 'Show what deployments of services have started',
  },
  StopServiceDeployment: {
    command: 'stop-service-deployment',
    summary: 'Stop a deployment that is under way, and roll it back',
  },
  UpdateTaskProtection: {
    command: 'update-task-protection',
    summary: "Keep a service's tasks from being stopped by deployments and scaling in",
  },
  GetTaskProtection: { command: 'get-task-protection', summary: 'Show which tasks are protected' },

  DescribeCapacityProviders: {
    command: 'describe-capacity-providers',
    summary: "Show the capacity providers there are: ECS's predefined ones",
    pages: 'capacityProviders',
  },
  PutClusterCapacityProviders: {
    command: 'put-cluster-capacity-providers',
    summary: 'Keep the capacity providers that tools put on a cluster, by their names',
  },

  TagResource: { command: 'tag-resource', summary: 'Put tags on a cluster, host, task definition or task' },
  UntagResource: { command: 'untag-resource', summary: 'Take tags off a resource' },
  ListTagsForResource: { command: 'list-tags-for-resource', summary: 'List the tags of a resource' },

  PutAccountSetting: {
    command: 'put-account-setting',
    summary: 'Change an account setting; the state stands for the account',
  },
  PutAccountSettingDefault: {
    command: 'put-account-setting-default',
    summary: 'Change an account setting for everybody',
  },
  ListAccountSettings: {
    command: 'list-account-settings',
    summary: 'List account settings and what they do here',
    pages: 'settings',
  },
  DeleteAccountSetting: {
    command: 'delete-account-setting',
    summary: 'Set an account setting back to its default',
  },

  // Ours: what ECS doesn't have. Each carries `ours: true`.
  // The AWS CLI's waiters for tasks: wait tasks-running, too.
  WaitTasks: { command: 'wait tasks-stopped', summary: 'Wait until tasks have stopped', ours: true },
  // wait services-inactive, too, and what verbs that change services do without --no-wait.
  WaitServices: {
    command: 'wait services-stable',
    summary: 'Wait until services have what they are to have, and see to it',
    ours: true,
  },
  WaitDrained: {
    command: 'wait instance-drained',
    summary: 'Wait until hosts that drain have no task left, and see to it',
    ours: true,
  },
  DeployService: {
    command: 'deploy',
    summary: 'Give a service a new image or environment: registers a revision and rolls to it',
    ours: true,
  },
  DescribeUsage: {
    command: 'top',
    summary: 'Watch the hosts, services and tasks of a cluster, and what they use',
    ours: true,
  },
  DescribeEndpoints: {
    command: 'endpoints',
    summary: 'Show where the tasks of a service listen, and whether they are healthy',
    ours: true,
  },
  Rebalance: {
    command: 'rebalance',
    summary: "Move services' tasks to hosts that have fewer of them",
    ours: true,
  },
  Reconcile: {
    command: 'reconcile',
    summary: 'Settle what was left under way, fold in what the hosts show, and keep the services',
    ours: true,
  },
  InstallController: {
    command: 'install-controller',
    summary: 'Print, or install on a host, a systemd unit that keeps the services',
    ours: true,
  },
  Prune: {
    command: 'prune',
    summary: 'Remove from the hosts what stopped tasks have left there',
    ours: true,
  },
  PutSecret: {
    command: 'put-secret',
    summary: 'Keep a value for tasks, encrypted, under a name',
    ours: true,
  },
  ListSecrets: {
    command: 'list-secrets',
    summary: 'List the secrets that are kept, without their values',
    pages: 'secrets',
    ours: true,
  },
  DeleteSecret: { command: 'delete-secret', summary: 'Forget a secret', ours: true },
  CreateAccessKey: {
    command: 'create-access-key',
    summary: 'Make an access key for longshore serve; its secret is shown once',
    ours: true,
  },
  ListAccessKeys: {
    command: 'list-access-keys',
    summary: 'List the access keys, without their secrets',
    pages: 'accessKeys',
    ours: true,
  },
  DeleteAccessKey: {
    command: 'delete-access-key',
    summary: 'Forget an access key: whoever has it is refused from then on',
    ours: true,
  },
  Recover: { command: 'recover', summary: 'Rebuild the state from the hosts', ours: true },
  PushImage: { command: 'push-image', summary: 'Bring images to the hosts without a registry', ours: true },
  Doctor: { command: 'doctor', summary: 'Examine hosts and this machine, and say what to mend', ours: true },
  ExportState: { command: 'state export', summary: 'Write the whole state as JSON', ours: true },
  ImportState: { command: 'state import', summary: 'Put an exported state in place', ours: true },
} as const satisfies Record<string, OperationFacts>;

export type OperationName = keyof typeof Operations;

/** What an operation takes, after validation: required members are there. */
export type OperationInput<K extends OperationName> = RequiredGiven<OperationTypes[K]['input']>;

/** What an operation answers, in ECS's shape. */
export type OperationOutput<K extends OperationName> = OperationTypes[K]['output'];

/** The SDK declares required members as `T | undefined`; after validation they are T. */
type RequiredGiven<T> = {
  [K in keyof T]: Pick<T, K> extends Required<Pick<T, K>> ? Exclude<T[K], undefined> : T[K];
};

export const operationNames = Object.keys(Operations) as OperationName[];

/** The operation behind a verb of the command line. */
export function operationOfCommand(command: string): OperationName | undefined {
  return operationNames.find((name) => Operations[name].command === command);
}
