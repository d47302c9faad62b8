import type { DockerHost, VolumeDetails } from '../hosts/docker-host.js';
import { engineWords, isRefusal } from './engine-words.js';
import { label } from './labels.js';
import { isNamedFor } from './names.js';
import { failure, Obstacle } from './obstacle.js';
import { taskIdOf } from './read-labels.js';
import { taskVolumes, type TaskVolume } from './task-volumes.js';
import type { AgentEvent, TaskSpec } from './types.js';

export interface ProvideOptions {
  /** Shared volumes that the host is known to have: where one isn't there, its data may be elsewhere. */
  expectedVolumes?: ReadonlySet<string>;
  onEvent?: (event: AgentEvent) => void;
}

/**
 * Makes the Docker volumes that a task needs, before any of its containers. What is there already is left as it is: a
 * shared volume goes by its name alone, as in ECS (ECS_SHARED_VOLUME_MATCH_FULL_CONFIG is false by default). May be
 * called again. Throws Obstacle where one is missing or can't be made, HostError where the host is out of reach.
 */
export async function provideVolumes(
  host: DockerHost,
  spec: TaskSpec,
  options: ProvideOptions = {},
): Promise<void> {
  const volumes = taskVolumes(spec);
  // What isn't there is found out before anything is made.
  const missing = await Promise.all(volumes.map((volume) => isMissing(host, volume, options)));
  await Promise.all(volumes.filter((_, i) => missing[i]).map((volume) => create(host, spec, volume)));
}

/** Whether it is to be made. */
async function isMissing(
  host: DockerHost,
  { name, scope, autoprovision, create: wanted }: TaskVolume,
  { expectedVolumes, onEvent }: ProvideOptions,
): Promise<boolean> {
  if (scope === 'task') return true;
  const there = await host.inspectVolume(name);
  if (!there && expectedVolumes?.has(name)) throw new Obstacle({ kind: 'volume-missing', volume: name });
  if (!there && !autoprovision) {
    const remedy = `make it there (docker volume create ${name}) or set autoprovision`;
    throw failure(undefined, `InvalidVolumeError: ${host.name} has no volume ${name}: ${remedy}`);
  }
  if (there && differs(there, wanted)) {
    const words =
      'has another driver or other options than the task definition gives it; it is used as it is';
    onEvent?.({ type: 'warning', message: `${host.name}: the volume ${name} ${words}` });
  }
  return !there;
}

/** Options may hold passwords: they are compared and never told. */
function differs(there: VolumeDetails, { driver, driverOpts = {} }: TaskVolume['create']): boolean {
  const options = (of: Record<string, string>) => JSON.stringify(Object.entries(of).sort());
  return there.driver !== driver || options(there.options) !== options(driverOpts);
}

async function create(
  host: DockerHost,
  spec: TaskSpec,
  { scope, create: wanted }: TaskVolume,
): Promise<void> {
  let there: VolumeDetails;
  try {
    there = await host.createVolume(wanted);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw failure(undefined, `CannotCreateVolumeError: ${engineWords(error)}`);
  }
  if (scope === 'shared' || there.labels[label.taskId] === spec.id) return;
  const remedy = `if nothing needs it, remove it there: docker volume rm ${wanted.name}`;
  throw failure(
    undefined,
    `CannotCreateVolumeError: ${host.name} has another volume ${wanted.name}; ${remedy}`,
  );
}

/**
 * Removes the volumes that were made for a task alone. One that something uses still, or that its driver keeps, stays
 * for prune to find. Throws HostError where the host is out of reach.
 */
export async function removeVolumesOf(host: DockerHost, taskId: string): Promise<void> {
  await removeAll(host, await listOwn(host, [`${label.taskId}=${taskId}`]));
}

/** The same for all tasks of a cluster. */
export async function removeVolumesOfCluster(host: DockerHost, cluster: string): Promise<void> {
  await removeAll(host, await ownVolumes(host, cluster));
}

/**
 * Removes the shared volumes that a task's start has made, where nothing of the task ran: an empty one would pass for the
 * data, and draw later tasks to a host that has none. One that another task uses stays. Throws HostError.
 */
export async function removeVolumesMadeBy(host: DockerHost, taskId: string): Promise<void> {
  const made = await host.listVolumes({ labels: [`${label.maker}=${taskId}`] });
  await Promise.all(made.map(({ name }) => removeVolume(host, name)));
}

/** A volume that was made for a task alone, as its host shows it. */
export interface OwnVolume {
  /** On the host. */
  name: string;
  /** In the task definition. */
  volume: string;
  taskId: string;
  /** Epoch milliseconds by the engine's clock; NaN where its driver doesn't say. */
  createdAt: number;
}

/** Those of a cluster's tasks. Throws HostError. */
export async function ownVolumes(host: DockerHost, cluster: string): Promise<OwnVolume[]> {
  return listOwn(host, [label.taskId, `${label.cluster}=${cluster}`]);
}

/** Anybody may write our labels: what isn't named as we name volumes is not ours to remove. */
async function listOwn(host: DockerHost, labels: readonly string[]): Promise<OwnVolume[]> {
  return (await host.listVolumes({ labels })).flatMap(({ name, labels: own, createdAt }) => {
    const taskId = taskIdOf(own);
    if (taskId === undefined || !isNamedFor(taskId, name)) return [];
    return [{ name, volume: own[label.volume] ?? '', taskId, createdAt: Date.parse(createdAt) }];
  });
}

async function removeAll(host: DockerHost, volumes: readonly OwnVolume[]): Promise<void> {
  await Promise.all(volumes.map(({ name }) => removeVolume(host, name)));
}

/** Why it stays, in the engine's words; undefined where it is gone. Throws HostError where the host is out of reach. */
export async function removeVolume(host: DockerHost, name: string): Promise<string | undefined> {
  try {
    await host.removeVolume(name);
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return engineWords(error);
    throw error;
  }
}
