import { isName } from '../api/arn.js';
import { fitsSchema } from '../api/fits-schema.js';
import { addressNumber } from '../api/ipv4.js';
import { portRangeLength } from '../api/port-range.js';
import { prepareTaskDefinition } from '../api/task-definition.js';
import type { OperationInput } from '../api/operations.js';
import { cleanTaskDefinition } from '../api/task-definition-document.js';
import type { NetworkBinding } from '../api/types.js';
import { ecsLabel, label, type TaskFacts } from './labels.js';
import { holderName } from './names.js';
import type { StartTimes, TaskResources, TaskSpec } from './types.js';

/** Anybody who may use a host's engine can put any label on a container: what is read is what we could have written. */
export type Labels = Readonly<Record<string, string>>;

/** What every container of a task carries. */
export interface OwnLabels {
  taskId: string;
  cluster: string;
  instanceId: string;
  container: string;
  family: string;
  revision: number;
  arn: string;
  definitionHash: string;
  resources: TaskResources;
}

/** Why a label can't be read: half a sentence, without anything of what stands in it. */
export class Unreadable extends Error {}

/** More than fits a definition at ECS's limit of size. */
const mostPorts = 4096;
/** No host has as many. */
export const mostGpus = 1024;
/** Characters of a label with JSON: a definition at ECS's limit, and room for its defaults. */
const longestLabel = 512 * 1024;

/** Characters of a group, and of who started a task. */
const longestName = 255;

/** The task that a container says it is of; undefined where that is no task's id. */
export function taskIdOf(labels: Labels): string | undefined {
  const id: unknown = labels[label.taskId];
  return typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}

/** The container's name in its definition; empty where it has none that could be one. */
export function containerNameOf(labels: Labels): string {
  return containerIn(labels) ?? '';
}

/** What the labels of a container say the task takes; undefined where the container isn't one of ours. */
export function resourcesOf(labels: Labels): TaskResources | undefined {
  if (taskIdOf(labels) === undefined) return undefined;
  try {
    return resourcesIn(parse(labels, label.resources));
  } catch {
    return undefined;
  }
}

/** Throws Unreadable. */
export function readLabels(labels: Labels): OwnLabels {
  const need = <T>(value: T | undefined, name: string): T => {
    if (value === undefined)
      throw new Unreadable(name in labels ? invalid(name) : `its labels are incomplete: ${name} is missing`);
    return value;
  };
  const name = (key: string) => need(nameIn(labels, key), key);
  const matching = (key: string, pattern: RegExp) => {
    const text: unknown = labels[key];
    return need(typeof text === 'string' && pattern.test(text) ? text : undefined, key);
  };
  return {
    taskId: need(taskIdOf(labels), label.taskId),
    cluster: name(label.cluster),
    instanceId: name(label.instanceId),
    container: need(containerIn(labels), label.container),
    family: name(ecsLabel.family),
    revision: Number(matching(ecsLabel.version, /^[1-9]\d{0,8}$/)),
    arn: matching(ecsLabel.taskArn, /^arn:[!-~]{1,600}$/),
    definitionHash: matching(label.definitionHash, /^[0-9a-f]{64}$/),
    resources: need(resourcesIn(parse(labels, label.resources)), label.resources),
  };
}

/**
 * The definition in a container's labels, if registration would take it as well; undefined where the container carries
 * none. Throws Unreadable.
 */
export function readDefinition(labels: Labels, own: OwnLabels): TaskSpec['definition'] | undefined {
  const found = parse(labels, label.definition);
  if (found === undefined) return undefined;
  if (!isObject(found)) throw new Unreadable(invalid(label.definition));
  const { family, revision, registeredAt, registeredBy } = found;
  if (family !== own.family || revision !== own.revision)
    throw new Unreadable('its definition is another than its labels name');
  const definition = registrable(found);
  return {
    ...definition,
    revision,
    // A time in records is a number.
    ...(isTime(registeredAt) && { registeredAt: registeredAt as unknown as Date }),
    ...(typeof registeredBy === 'string' && { registeredBy }),
  } as TaskSpec['definition'];
}

/** What the task's label says, beside the others; undefined where the container carries none. Throws Unreadable. */
export function readFacts(labels: Labels): TaskFacts | undefined {
  const found = parse(labels, label.task);
  if (found === undefined) return undefined;
  if (!isObject(found)) throw new Unreadable(invalid(label.task));
  const {
    group,
    startedBy,
    launchType,
    capacityProvider,
    platformVersion,
    createdAt,
    tags,
    overrides,
    address,
  } = found;
  const times = timesIn(found['times']);
  const isShort = (value: unknown) => typeof value === 'string' && value.length <= longestName;
  const isText = (value: unknown) => value === undefined || isShort(value);
  const bindings = bindingsIn(found['bindings']);
  const fits =
    isShort(group) &&
    isText(startedBy) &&
    isText(launchType) &&
    isText(capacityProvider) &&
    isText(platformVersion) &&
    isTime(createdAt) &&
    (address === undefined || addressNumber(String(address)) !== undefined) &&
    isList(tags, (tag) => fitsSchema(tag, 'RunTask', 'Tag')) &&
    fitsSchema(overrides, 'RunTask', 'TaskOverride') &&
    hasNoNegatives(overrides);
  if (!fits || bindings === undefined) throw new Unreadable(invalid(label.task));
  return {
    group,
    startedBy,
    launchType,
    capacityProvider,
    platformVersion,
    createdAt,
    ...times,
    tags,
    overrides,
    bindings,
    address,
  } as TaskFacts;
}

/** Good to know, and no reason to refuse a task: what is no time is left out. */
function timesIn(found: unknown): { times?: StartTimes } {
  if (!isObject(found)) return {};
  const names = ['connectivityAt', 'pullStartedAt', 'pullStoppedAt'] as const;
  const known = names.filter((name) => isTime(found[name])).map((name) => [name, found[name]]);
  return { times: Object.fromEntries(known) as StartTimes };
}

/** What registration makes of it; a second time that changes nothing. */
function registrable(document: Record<string, unknown>): object {
  const { taskDefinition, tags: _, ...bare } = document;
  // Around another definition it would be an answer of DescribeTaskDefinition, which no label holds.
  if (taskDefinition !== undefined) throw new Unreadable(invalid(label.definition));
  try {
    const { input } = cleanTaskDefinition(bare, 'label');
    if (!fitsSchema(input, 'RegisterTaskDefinition')) throw new Unreadable(invalid(label.definition));
    return prepareTaskDefinition(input as OperationInput<'RegisterTaskDefinition'>).definition;
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    const why = error instanceof Error ? error.message.replace(/\s+/g, ' ') : '';
    throw new Unreadable(`its definition would not be registered: ${why}`, { cause: error });
  }
}

function resourcesIn(found: unknown): TaskResources | undefined {
  if (!isObject(found)) return undefined;
  const { cpu, memory, gpus, gpuIds, ports } = found;
  if (!isAmount(cpu) || !isAmount(memory) || !isAmount(gpus)) return undefined;
  const isPorts = isList(ports, isPort) && ports.length <= mostPorts;
  if (!isPorts) return undefined;
  const resources = { cpu, memory, gpus, ports: ports as string[] };
  if (gpuIds === undefined) return resources;
  const fits = isList(gpuIds, isGpuId) && gpuIds.length <= mostGpus;
  return fits ? { ...resources, gpuIds: gpuIds as number[] } : undefined;
}

function bindingsIn(found: unknown): Record<string, NetworkBinding[]> | undefined {
  if (!isObject(found)) return undefined;
  const entries = Object.entries(found);
  const fit = entries.every(
    ([name, list]) => isName(name) && isList(list, isBinding) && list.length <= mostPorts,
  );
  return fit ? (Object.fromEntries(entries) as Record<string, NetworkBinding[]>) : undefined;
}

function isBinding(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { bindIP, containerPort, hostPort, protocol, containerPortRange, hostPortRange } = value;
  const isAddress = typeof bindIP === 'string' && /^[0-9a-fA-F.:]{0,45}$/.test(bindIP);
  const isPair = isPortNumber(containerPort) && isPortNumber(hostPort);
  const lengthOf = (range: unknown) => portRangeLength(typeof range === 'string' ? range : '');
  const length = lengthOf(containerPortRange);
  const isRange = length !== undefined && length <= mostPorts && length === lengthOf(hostPortRange);
  return isAddress && (isPair || isRange) && /^(tcp|udp)$/.test(String(protocol));
}

function isGpuId(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < mostGpus;
}

function isPort(value: unknown): boolean {
  const [, number] = (typeof value === 'string' && /^(?:tcp|udp)\/([1-9]\d{0,4})$/.exec(value)) || [];
  return isPortNumber(Number(number));
}

/** The JSON of a label; undefined where there is no such label, or nothing in it. Throws Unreadable. */
function parse(labels: Labels, name: string): unknown {
  const text: unknown = labels[name];
  if (text === undefined || text === '') return undefined;
  if (typeof text !== 'string' || text.length > longestLabel) throw new Unreadable(invalid(name));
  try {
    return JSON.parse(text, (key, value: unknown) => {
      // No name of ours, and who copied it by assignment would change what the object inherits.
      if (key === '__proto__') throw new Unreadable(invalid(name));
      return value;
    });
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable(`its label ${name} is not JSON`);
  }
}

function hasNoNegatives(value: unknown): boolean {
  if (typeof value === 'number') return value >= 0;
  return typeof value !== 'object' || value === null || Object.values(value).every(hasNoNegatives);
}

function nameIn(labels: Labels, key: string): string | undefined {
  const name: unknown = labels[key];
  return typeof name === 'string' && isName(name) ? name : undefined;
}

/** That of a container of the definition, or of what holds the task's namespaces. */
function containerIn(labels: Labels): string | undefined {
  return labels[label.container] === holderName ? holderName : nameIn(labels, label.container);
}

const invalid = (name: string) => `its label ${name} is not valid`;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: unknown, fits: (item: unknown) => boolean): value is unknown[] =>
  Array.isArray(value) && value.every(fits);

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;

/** Epoch milliseconds that a date can be made of. */
const isTime = (value: unknown): value is number => isAmount(value) && value <= Date.UTC(9999, 11, 31);

const isPortNumber = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
