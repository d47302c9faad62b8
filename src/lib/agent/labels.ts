import { isReservedLabel } from '../api/reserved-labels.js';
import type { ContainerDefinition, TaskOverride } from '../api/types.js';
import { isSecretOption, withoutPasswords } from './passwords.js';
import type { TaskSpec } from './types.js';

/** Our labels: what containers are matched by, and what a lost state is rebuilt from. */
export const label = {
  taskId: 'longshore.task-id',
  cluster: 'longshore.cluster',
  instanceId: 'longshore.instance-id',
  /** Name of the container in the task definition. */
  container: 'longshore.container',
  definitionHash: 'longshore.definition-hash',
  /** JSON of TaskResources: what the whole task takes of its host. On each container, so that any one tells. */
  resources: 'longshore.resources',
  /** JSON of the definition without environment values. Its keeper only: every listing returns every label. */
  definition: 'longshore.definition',
  /** JSON of TaskFacts. Its keeper only. */
  task: 'longshore.task',
  /** Name of a volume in the task definition. On volumes: with a task's id it is that task's alone, else shared. */
  volume: 'longshore.volume',
  /** On a shared volume: id of the task whose start made it. */
  maker: 'longshore.made-by',
  /** On a network: what for. */
  network: 'longshore.network',
} as const;

/** ECS's own labels, for other tools; we don't match by them. */
export const ecsLabel = {
  cluster: 'com.amazonaws.ecs.cluster',
  containerName: 'com.amazonaws.ecs.container-name',
  taskArn: 'com.amazonaws.ecs.task-arn',
  family: 'com.amazonaws.ecs.task-definition-family',
  version: 'com.amazonaws.ecs.task-definition-version',
} as const;

/** What the task's label holds, beside that which other labels say. */
export type TaskFacts = Pick<
  TaskSpec,
  | 'group'
  | 'startedBy'
  | 'launchType'
  | 'capacityProvider'
  | 'platformVersion'
  | 'createdAt'
  | 'times'
  | 'tags'
  | 'bindings'
  | 'overrides'
  | 'address'
>;

/** The labels of one container of the task. `isKeeper`: this one keeps the definition, for all of them. */
export function containerLabels(
  spec: TaskSpec,
  container: string,
  isKeeper: boolean,
): Record<string, string> {
  return {
    [ecsLabel.cluster]: spec.cluster,
    [ecsLabel.containerName]: container,
    [ecsLabel.taskArn]: spec.arn,
    [ecsLabel.family]: spec.definition.family,
    [ecsLabel.version]: String(spec.definition.revision),
    [label.taskId]: spec.id,
    [label.cluster]: spec.cluster,
    [label.instanceId]: spec.instanceId,
    [label.container]: container,
    [label.definitionHash]: spec.definitionHash,
    [label.resources]: JSON.stringify(spec.resources),
    // Empty rather than missing: a container inherits the labels of its image, and who made that may have written these.
    [label.definition]: isKeeper ? JSON.stringify(withoutValues(spec.definition)) : '',
    [label.task]: isKeeper ? JSON.stringify(factsOf(spec)) : '',
  };
}

/** The labels of a volume that is made for a task, or shared by the cluster's tasks. */
export function volumeLabels(
  { id, cluster }: Pick<TaskSpec, 'id' | 'cluster'>,
  volume: string,
  scope: 'task' | 'shared',
): Record<string, string> {
  return {
    [scope === 'task' ? label.taskId : label.maker]: id,
    [label.cluster]: cluster,
    [label.volume]: volume,
  };
}

/** Labels that a definition gives, without those that we write ourselves. */
export function userLabels(labels: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !isReservedLabel(name)));
}

function factsOf(spec: TaskSpec): TaskFacts {
  const {
    group,
    startedBy,
    launchType,
    capacityProvider,
    platformVersion,
    createdAt,
    times,
    tags,
    bindings,
    address,
  } = spec;
  return {
    group,
    startedBy,
    launchType,
    capacityProvider,
    platformVersion,
    createdAt,
    times,
    tags,
    bindings,
    address,
    overrides: overridesWithoutValues(spec.overrides),
  };
}

// Values of the environment may be secrets, and labels are shown by every `docker inspect`, `docker ps` and monitor.
function withoutValues(definition: TaskSpec['definition']): TaskSpec['definition'] {
  const containerDefinitions = definition.containerDefinitions?.map((part) =>
    withoutLogSecrets(namesOnly(part)),
  );
  const { volumes } = definition;
  return { ...definition, containerDefinitions, ...(volumes && { volumes: volumes.map(withoutPasswords) }) };
}

function overridesWithoutValues(overrides: TaskOverride): TaskOverride {
  return { ...overrides, containerOverrides: overrides.containerOverrides?.map(namesOnly) };
}

/** Some log drivers take their credentials as options (`splunk-token`), or within an address (`loki-url`). */
function withoutLogSecrets(part: ContainerDefinition): ContainerDefinition {
  const { options } = part.logConfiguration ?? {};
  if (!part.logConfiguration || !options) return part;
  const open = Object.entries(options).filter(([name, value]) => !isSecretOption(name, value));
  return { ...part, logConfiguration: { ...part.logConfiguration, options: Object.fromEntries(open) } };
}

function namesOnly<T extends Pick<ContainerDefinition, 'environment'>>(part: T): T {
  if (!part.environment) return part;
  return { ...part, environment: part.environment.map(({ name }) => ({ name })) };
}
