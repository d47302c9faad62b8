import { limits } from './limits.js';
import { shorten } from './shorten.js';

/** ECS's own exception names (SDK model), the only codes that an operation may answer with. */
export type EcsErrorCode =
  | 'AccessDeniedException'
  | 'AttributeLimitExceededException'
  | 'BlockedException'
  | 'ClientException'
  | 'ClusterContainsContainerInstancesException'
  | 'ClusterContainsServicesException'
  | 'ClusterContainsTasksException'
  | 'ClusterNotFoundException'
  | 'ConflictException'
  | 'InvalidParameterException'
  | 'LimitExceededException'
  | 'MissingVersionException'
  | 'NamespaceNotFoundException'
  | 'NoUpdateAvailableException'
  | 'PlatformTaskDefinitionIncompatibilityException'
  | 'PlatformUnknownException'
  | 'ResourceInUseException'
  | 'ResourceNotFoundException'
  | 'ServerException'
  | 'ServiceDeploymentNotFoundException'
  | 'ServiceNotActiveException'
  | 'ServiceNotFoundException'
  | 'TargetNotConnectedException'
  | 'TargetNotFoundException'
  | 'TaskSetNotFoundException'
  | 'UnsupportedFeatureException'
  | 'UpdateInProgressException';

/**
 * A refusal in ECS's own words: wire data (code and message), worded for people only by the front ends.
 * `remedy` is one sentence of ours that says what to do next; it never travels over the wire.
 */
export class EcsError extends Error {
  /** The text as ECS has it, where `message` says more: what other clients of the API get. */
  readonly ecsText: string | undefined;

  constructor(
    readonly code: EcsErrorCode,
    message: string,
    readonly remedy?: string,
    options?: ErrorOptions & { ecsText?: string },
  ) {
    super(message, options);
    this.name = 'EcsError';
    this.ecsText = options?.ecsText;
  }
}

/*
 * ECS's refusals, one function each. The texts are ECS's own, as AWS's answers pasted in public issue threads or AWS's
 * documents give them; where no document was found this is said. The remedies are ours.
 */

/** The text is AWS's own (many threads). */
export const clusterNotFound = (name: string) =>
  new EcsError(
    'ClusterNotFoundException',
    'Cluster not found.',
    `There is no active cluster ${name}: longshore list-clusters shows those there are, longshore create-cluster makes one`,
  );

/** The text is AWS's own (many threads); others look for it in what a deploy says. */
export const clusterWasInactive = (name: string) =>
  new EcsError(
    'ClusterNotFoundException',
    'The referenced cluster was inactive.',
    `${name} was deleted: longshore create-cluster makes it anew`,
  );

/**
 * AWS's own text. `draining`: deleted services of which not all tasks have stopped; they count as active, stand in no list,
 * and are named where there are no others, as many as one wait takes.
 */
export const clusterHasServices = (name: string, ...draining: string[]) =>
  new EcsError(
    'ClusterContainsServicesException',
    'The Cluster cannot be deleted while Services are active.',
    draining.length === 0
      ? `Delete them first: longshore list-services --cluster ${name}`
      : `${draining.join(', ')} ${draining.length === 1 ? 'was' : 'were'} deleted, but tasks of ${draining.length === 1 ? 'it' : 'them'} are still there: longshore wait services-inactive --cluster ${name} --services ${draining.join(' ')} sees to their end`,
  );

/** AWS's own text. */
export const clusterHasTasks = (name: string) =>
  new EcsError(
    'ClusterContainsTasksException',
    'The Cluster cannot be deleted while Tasks are active.',
    `Stop them first: longshore list-tasks --cluster ${name}`,
  );

/** AWS's own text. */
export const clusterHasInstances = (name: string) =>
  new EcsError(
    'ClusterContainsContainerInstancesException',
    'The Cluster cannot be deleted while Container Instances are active or draining.',
    `Deregister them first: longshore list-container-instances --cluster ${name}`,
  );

/** DeleteCluster with `force`, which is ours. */
export const hostsAway = (cluster: string, ...hosts: string[]) =>
  new EcsError(
    'ClusterContainsContainerInstancesException',
    `The Cluster cannot be emptied: ${hosts.map((host) => shorten(host)).join(', ')} ${hosts.length === 1 ? "doesn't" : "don't"} answer. Nothing was changed.`,
    `Give up what is on such a host, then delete again: longshore deregister-container-instance --cluster ${cluster} --container-instance ${hosts[0] ?? ''} --force`,
  );

/** RunTask, StartTask and CreateService with a definition that doesn't exist; AWS's own text. */
export const taskDefinitionNotFound = (reference: string) =>
  new EcsError(
    'ClientException',
    'TaskDefinition not found.',
    `There is no task definition ${shorten(reference)}: longshore list-task-definitions shows those there are`,
  );

/** DescribeTaskDefinition and DeregisterTaskDefinition; AWS's own text. */
export const cannotDescribeTaskDefinition = (reference: string) =>
  new EcsError(
    'ClientException',
    'Unable to describe task definition.',
    `There is no task definition ${shorten(reference)}: longshore list-task-definitions shows those there are`,
  );

/** RunTask with a deregistered revision; AWS's own text. */
export const taskDefinitionInactive = (reference: string) =>
  new EcsError(
    'InvalidParameterException',
    'TaskDefinition is inactive',
    `${reference} was deregistered: register it again, or name an active revision`,
  );

/** RunTask with secrets and a definition that was read off a host's containers. The wording is ours. */
export const notYours = (reference: string) =>
  new EcsError(
    'ClientException',
    `${reference} came from a host, and asks for secrets of yours: it gets none.`,
    `Read it (longshore describe-task-definition --task-definition ${reference}), and register it yourself`,
  );

/** StopTask; from memory, no document found. */
export const taskNotFound = (task: string) =>
  new EcsError(
    'InvalidParameterException',
    'The referenced task was not found.',
    `There is no task ${shorten(task)} in that cluster: longshore list-tasks shows those there are`,
  );

/** Operations on one container instance; from memory, no document found. */
export const containerInstanceNotFound = (instance: string) =>
  new EcsError(
    'InvalidParameterException',
    'The referenced container instance was not found.',
    `There is no host or container instance ${shorten(instance)} in that cluster: longshore list-container-instances shows those there are`,
  );

/** The beginning of an id that several have. The wording is ours: ECS takes whole ids only. */
export const severalBegin = (kind: string, beginning: string, ...candidates: string[]) =>
  new EcsError(
    'InvalidParameterException',
    `Several ${kind}s begin with ${shorten(beginning)}: ${candidates.join(', ')}.`,
    'Give more of its id',
  );

/** DeregisterContainerInstance without `force`; AWS's own text. */
export const instanceHasTasks = (instance: string) =>
  new EcsError(
    'InvalidParameterException',
    'Found running tasks on the instance.',
    `Stop them first (longshore list-tasks --container-instance ${instance} shows them), or add --force to leave them running`,
  );

/** RunTask on a cluster without container instances that take tasks; from memory, no document found. */
export const noContainerInstances = (
  cluster: string,
  remedy = `Add a host: longshore register-container-instance --cluster ${cluster} --host USER@HOST`,
) => new EcsError('InvalidParameterException', 'No Container Instances were found in your cluster.', remedy);

/** The same where there are some, all of them draining, which ECS doesn't consider. */
export const onlyDrainingInstances = (cluster: string) =>
  noContainerInstances(
    cluster,
    `All of its hosts are draining: longshore update-container-instances-state --cluster ${cluster} --status ACTIVE --container-instances HOST, or add a host`,
  );

/** Ours: a definition belongs to no cluster. */
export const clusterWithoutDryRun = () =>
  new EcsError(
    'InvalidParameterException',
    'A task definition belongs to no cluster: "cluster" says whose hosts a dry run looks at.',
    'Leave it out, or add --dry-run',
  );

/** DescribeTasks, DescribeContainerInstances … with an empty list: `Tasks cannot be empty.`; AWS's own text. */
export const emptyList = (
  what: 'Tasks' | 'Container instance' | 'Container Instances' | 'Services' | 'Task Definitions',
) => new EcsError('InvalidParameterException', `${what} cannot be empty.`);

/** ListTasks; AWS's own text. */
export const startedByNotAlone = () =>
  new EcsError(
    'InvalidParameterException',
    'cannot specify startedBy with other arguments',
    'startedBy goes with no family, service or host: leave it or these out',
  );

/** More items than one call takes. The wording is ours. */
export const tooMany = (member: string, given: number, allowed: number) =>
  new EcsError(
    'InvalidParameterException',
    `${member} has ${given} items, and one call takes at most ${allowed}.`,
    'Split the call',
  );

/** `startedBy longer than 36.`: AWS's own form of the text. */
export const tooLong = (member: string, allowed: number) =>
  new EcsError('InvalidParameterException', `${member} longer than ${allowed}.`);

/** RunTask with a clientToken that another request has used (SDK: ConflictException). The wording is ours. */
export const tokenInUse = (token: string) =>
  new EcsError(
    'ConflictException',
    `The client token ${token} was already used with other parameters.`,
    'Use a new token, or the same parameters as before',
  );

/** An ARN whose cluster isn't the one asked for; AWS's own text. */
export const otherCluster = (inArn: string, asked: string) =>
  new EcsError(
    'InvalidParameterException',
    `Invalid identifier: Identifier is for cluster ${inArn}. Your cluster is ${asked}`,
    `Add --cluster ${inArn}`,
  );

/** A page token of another operation, or no token of ours. From memory, no document found. */
export const invalidToken = () =>
  new EcsError(
    'InvalidParameterException',
    'Invalid token.',
    'Use the nextToken of the page before, or none',
  );

/** An ARN that names nothing: tags of an unknown host or task (SDK: ResourceNotFoundException). The wording is ours. */
export const resourceNotFound = (what: string, remedy: string) =>
  new EcsError(
    'ResourceNotFoundException',
    `The specified resource was not found: ${shorten(what)}.`,
    remedy,
  );

/** Tagging with an ARN of the time before 2018, which has no cluster in it; AWS's own text. */
export const longArnNeeded = (arn: string) =>
  new EcsError(
    'InvalidParameterException',
    'Long arn format must be used for tagging operations',
    `${shorten(arn)} doesn't say in which cluster: write KIND/CLUSTER/ID`,
  );

/** Tags of a deleted cluster; AWS's own text (as Terraform's provider knows it). */
export const clusterInactive = (name: string) =>
  new EcsError(
    'InvalidParameterException',
    'The specified cluster is inactive. Specify an active cluster and try again.',
    `${name} was deleted: longshore create-cluster makes it anew`,
  );

/** Tags of a stopped task; AWS's own text, as others quote it. */
export const taskStopped = (id: string) =>
  new EcsError(
    'InvalidParameterException',
    'The specified task is stopped. Specify a running task and try again.',
    `${id} has ended; its tags stay as they were`,
  );

/** UpdateContainerAgent: nothing runs on the hosts that could be updated (SDK: NoUpdateAvailableException). */
export const noAgentUpdate = (host: string) =>
  new EcsError(
    'NoUpdateAvailableException',
    `There is no update available for the container agent of ${host}: it has none.`,
    "Update Docker there with the host's own package manager; longshore needs nothing on hosts",
  );

/** Attributes of a host that isn't there (SDK: TargetNotFoundException). The wording is ours. */
export const targetNotFound = (target: string) =>
  new EcsError(
    'TargetNotFoundException',
    `The specified target was not found: ${shorten(target)}.`,
    'longshore list-container-instances shows the hosts there are',
  );

/** The wording is ours. */
export const attributeLimit = (host: string) =>
  new EcsError(
    'AttributeLimitExceededException',
    `${host} would have more than ${limits.attributes.ours} attributes of your own.`,
    'Take some off first: longshore delete-attributes',
  );

/** CreateCluster of a cluster that is there with other settings; AWS's own text. */
export const clusterNotIdempotent = (name: string, ...members: string[]) =>
  new EcsError(
    'InvalidParameterException',
    'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    `The cluster ${shorten(name)} is there already, with another ${members.join(', another ')}: longshore update-cluster, put-cluster-capacity-providers and tag-resource change it`,
  );

/** CreateCluster, PutClusterCapacityProviders; AWS's own text. */
export const capacityProviderNotFound = (name: string) =>
  new EcsError(
    'InvalidParameterException',
    'The specified capacity provider was not found. Specify a valid capacity provider and try again.',
    `${shorten(name)} would buy machines of AWS: add hosts with longshore register-container-instance instead`,
  );
