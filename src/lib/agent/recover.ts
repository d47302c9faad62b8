import type { ContainerDefinition, KeyValuePair } from '../api/types.js';
import type { ContainerDetails } from '../hosts/container-types.js';
import { hasHolder } from './holder.js';
import type { TaskFacts } from './labels.js';
import { holderName } from './names.js';
import { type OwnLabels, readDefinition, readFacts, readLabels, Unreadable } from './read-labels.js';
import type { TaskSpec } from './types.js';

/** What hosts tell of the tasks on them, without any state of ours. */
export interface Recovered {
  tasks: RecoveredTask[];
  definitions: RecoveredDefinition[];
  /** Containers with our labels that can't be read: why, for a warning. */
  unreadable: { id: string; name: string; why: string }[];
}

export interface RecoveredTask {
  spec: TaskSpec;
  /** The containers that are still there. */
  containers: ContainerDetails[];
  /** True where the container that carried the task's facts is gone: group, tags, overrides and bindings are guesses. */
  partial: boolean;
}

export interface RecoveredDefinition {
  hash: string;
  definition: TaskSpec['definition'];
  /**
   * Variables whose value no container shows: it was overridden in every task, the container is gone, or a later entry
   * of the same name hides it. They stand in the definition with their name only.
   */
  unknown: { container: string; name: string }[];
}

interface Labelled {
  details: ContainerDetails;
  own: OwnLabels;
}

interface Group {
  /** The labels that its containers agree on. */
  own: OwnLabels;
  containers: Labelled[];
  facts: TaskFacts | undefined;
}

/**
 * Rebuilds tasks and their definitions from containers, of one host or of many: what one task's overrides hide, another
 * of the same definition may show. The inverse of containerLabels and containerOptions. Pure.
 */
export function recoverTasks(containers: readonly ContainerDetails[]): Recovered {
  const unreadable: Recovered['unreadable'] = [];
  const refuse = ({ id, name }: ContainerDetails, why: string) => void unreadable.push({ id, name, why });
  const groups = groupByTask(containers, refuse);
  const definitions = recoverDefinitions(groups, refuse);
  const tasks: RecoveredTask[] = [];
  for (const group of groups) {
    const found = definitions.get(group.own.definitionHash);
    const known = group.containers.filter(({ details, own }) => {
      const why = contradiction(own, found);
      if (why !== undefined) refuse(details, why);
      return why === undefined;
    });
    if (found && known.length > 0) tasks.push(recoverTask({ ...group, containers: known }, found));
  }
  return { tasks, definitions: [...definitions.values()], unreadable };
}

type Refuse = (container: ContainerDetails, why: string) => void;

function groupByTask(containers: readonly ContainerDetails[], refuse: Refuse): Group[] {
  const groups = new Map<string, Group>();
  for (const details of containers) {
    const own = attempt(details, refuse, () => readLabels(details.labels));
    if (!own) continue;
    const group = groups.get(own.taskId) ?? { own, containers: [], facts: undefined };
    if (!agree(group.own, own)) {
      refuse(details, 'its labels contradict those of another container of its task');
      continue;
    }
    groups.set(own.taskId, group);
    group.containers.push({ details, own });
    group.facts ??= attempt(details, refuse, () => readFacts(details.labels));
  }
  return [...groups.values()];
}

/** All labels of a task's containers are the same but the container's name. */
function agree(one: OwnLabels, other: OwnLabels): boolean {
  const shared = ({ container: _, ...labels }: OwnLabels) => JSON.stringify(labels);
  return shared(one) === shared(other);
}

function contradiction(own: OwnLabels, found: RecoveredDefinition | undefined): string | undefined {
  if (!found) return 'no container on the hosts carries its definition';
  const { family, revision, containerDefinitions } = found.definition;
  if (family !== own.family || revision !== own.revision)
    return 'its definition is another than its labels name';
  const isKnown =
    own.container === holderName
      ? hasHolder(found.definition)
      : containerDefinitions?.some(({ name }) => name === own.container);
  return isKnown ? undefined : 'its definition has no container of its name';
}

function recoverDefinitions(groups: readonly Group[], refuse: Refuse): Map<string, RecoveredDefinition> {
  const stripped = new Map<string, TaskSpec['definition']>();
  for (const { details, own } of groups.flatMap((group) => group.containers)) {
    if (stripped.has(own.definitionHash)) continue;
    const definition = attempt(details, refuse, () => readDefinition(details.labels, own));
    if (definition) stripped.set(own.definitionHash, definition);
  }
  return new Map(
    [...stripped].map(([hash, definition]) => [hash, restoreValues(hash, definition, groups)] as const),
  );
}

function restoreValues(
  hash: string,
  definition: TaskSpec['definition'],
  groups: readonly Group[],
): RecoveredDefinition {
  const tasks = groups.filter((group) => group.own.definitionHash === hash);
  const unknown: RecoveredDefinition['unknown'] = [];
  const restore = (part: ContainerDefinition): ContainerDefinition => {
    if (!part.environment) return part;
    const container = part.name ?? '';
    const environment = part.environment.map(({ name = '' }, index, all): KeyValuePair => {
      const hidden = all.findLastIndex((other) => other.name === name) !== index;
      const value = hidden ? undefined : valueInSomeTask(tasks, container, name);
      if (value === undefined) unknown.push({ container, name });
      return value === undefined ? { name } : { name, value };
    });
    return { ...part, environment };
  };
  const containerDefinitions = definition.containerDefinitions?.map(restore);
  return { hash, definition: { ...definition, containerDefinitions }, unknown };
}

function valueInSomeTask(tasks: readonly Group[], container: string, name: string): string | undefined {
  for (const task of tasks) {
    // Without its facts nobody knows what the task overrides.
    if (!task.facts) continue;
    const override = task.facts.overrides.containerOverrides?.find((part) => part.name === container);
    if (override?.environment?.some((pair) => pair.name === name)) continue;
    const value = valueIn(task, container, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function valueIn(task: Group, container: string, name: string): string | undefined {
  const found = task.containers.find(({ own }) => own.container === container);
  return found?.details.env.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function recoverTask(group: Group, { definition, hash }: RecoveredDefinition): RecoveredTask {
  const { taskId: id, cluster, instanceId, arn, resources } = group.own;
  const { overrides = {}, ...facts } = group.facts ?? guess(group, definition.family);
  const spec: TaskSpec = {
    ...facts,
    id,
    cluster,
    instanceId,
    arn,
    definition,
    definitionHash: hash,
    overrides: {
      ...overrides,
      containerOverrides: overrides.containerOverrides?.map((part) => ({
        ...part,
        environment: part.environment
          ?.filter(({ name }) => !isSecret(definition, part.name, name))
          .map(({ name = '' }) => ({ name, value: valueIn(group, part.name ?? '', name) })),
      })),
    },
    resources,
  };
  return { spec, containers: group.containers.map(({ details }) => details), partial: !group.facts };
}

/** No override may have a secret's name: one that does was not written by us, and would show its value in records. */
function isSecret(
  { containerDefinitions = [] }: TaskSpec['definition'],
  container: string | undefined,
  name: string | undefined,
): boolean {
  const { secrets = [] } = containerDefinitions.find((part) => part.name === container) ?? {};
  return secrets.some((secret) => secret.name === name);
}

function guess(group: Group, family: string): TaskFacts {
  const createdAt = Math.min(...group.containers.map(({ details }) => details.created));
  return { group: `family:${family}`, createdAt, tags: [], bindings: bindingsShown(group), overrides: {} };
}

function bindingsShown(group: Group): TaskSpec['bindings'] {
  const shown = group.containers.map(({ details, own }) => {
    const published = details.ports.filter((port) => port.publicPort !== undefined && port.ip !== '::');
    const bindings = published.map(({ privatePort, publicPort, type }) => ({
      bindIP: '0.0.0.0',
      containerPort: privatePort,
      hostPort: publicPort,
      protocol: type === 'udp' ? ('udp' as const) : ('tcp' as const),
    }));
    return [own.container, bindings] as const;
  });
  return Object.fromEntries(shown.filter(([, bindings]) => bindings.length > 0));
}

function attempt<T>(container: ContainerDetails, refuse: Refuse, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    refuse(container, error.message);
    return undefined;
  }
}
