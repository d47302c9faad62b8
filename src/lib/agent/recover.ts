import type { ContainerDefinition, KeyValuePair } from '../api/types.js';
import type { ContainerDetails } from '../hosts/docker-host.js';
import { ecsLabel, label, resourcesOf, type TaskFacts } from './labels.js';
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

interface Group {
  id: string;
  containers: ContainerDetails[];
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
    const hash = group.containers[0]?.labels[label.definitionHash] ?? '';
    const found = definitions.get(hash);
    if (found) tasks.push(recoverTask(group, found));
    else
      for (const container of group.containers)
        refuse(container, 'no container on the hosts carries its definition');
  }
  return { tasks, definitions: [...definitions.values()], unreadable };
}

type Refuse = (container: ContainerDetails, why: string) => void;

function groupByTask(containers: readonly ContainerDetails[], refuse: Refuse): Group[] {
  const groups = new Map<string, Group>();
  for (const container of containers) {
    const id = container.labels[label.taskId];
    if (!id || !resourcesOf(container.labels)) {
      refuse(container, 'its labels are incomplete');
      continue;
    }
    const group = groups.get(id) ?? { id, containers: [], facts: undefined };
    group.containers.push(container);
    group.facts ??= parse<TaskFacts>(container, label.task, refuse);
    groups.set(id, group);
  }
  return [...groups.values()];
}

function recoverDefinitions(groups: readonly Group[], refuse: Refuse): Map<string, RecoveredDefinition> {
  const stripped = new Map<string, TaskSpec['definition']>();
  for (const container of groups.flatMap((group) => group.containers)) {
    const hash = container.labels[label.definitionHash] ?? '';
    if (stripped.has(hash)) continue;
    const definition = parse<TaskSpec['definition']>(container, label.definition, refuse);
    if (definition) stripped.set(hash, definition);
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
  const tasks = groups.filter((group) => group.containers[0]?.labels[label.definitionHash] === hash);
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
  const details = task.containers.find((one) => one.labels[label.container] === container);
  return details?.env.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function recoverTask(group: Group, { definition, hash }: RecoveredDefinition): RecoveredTask {
  const [first] = group.containers;
  const labels = first?.labels ?? {};
  const { overrides = {}, ...facts } = group.facts ?? guess(group, definition.family);
  const spec: TaskSpec = {
    ...facts,
    id: group.id,
    cluster: labels[label.cluster] ?? '',
    instanceId: labels[label.instanceId] ?? '',
    arn: labels[ecsLabel.taskArn] ?? '',
    definition,
    definitionHash: hash,
    overrides: {
      ...overrides,
      containerOverrides: overrides.containerOverrides?.map((part) => ({
        ...part,
        environment: part.environment?.map(({ name = '' }) => ({
          name,
          value: valueIn(group, part.name ?? '', name),
        })),
      })),
    },
    resources: resourcesOf(labels) ?? { cpu: 0, memory: 0, gpus: 0, ports: [] },
  };
  return { spec, containers: group.containers, partial: !group.facts };
}

function guess(group: Group, family: string): TaskFacts {
  const createdAt = Math.min(...group.containers.map((container) => container.created));
  return { group: `family:${family}`, createdAt, tags: [], bindings: bindingsShown(group), overrides: {} };
}

function bindingsShown(group: Group): TaskSpec['bindings'] {
  const shown = group.containers.map(({ labels, ports }) => {
    const published = ports.filter((port) => port.publicPort !== undefined && port.ip !== '::');
    const bindings = published.map(({ privatePort, publicPort, type }) => ({
      bindIP: '0.0.0.0',
      containerPort: privatePort,
      hostPort: publicPort,
      protocol: type === 'udp' ? ('udp' as const) : ('tcp' as const),
    }));
    return [labels[label.container] ?? '', bindings] as const;
  });
  return Object.fromEntries(shown.filter(([, bindings]) => bindings.length > 0));
}

function parse<T>(container: ContainerDetails, name: string, refuse: Refuse): T | undefined {
  const text = container.labels[name];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    refuse(container, `its label ${name} is not JSON`);
    return undefined;
  }
}
