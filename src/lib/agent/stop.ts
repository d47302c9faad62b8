import type { ContainerDefinition, TaskDefinition } from '../api/types.js';
import { HostError } from '../hosts/host-error.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { defaultStopTimeout } from './container-options.js';
import { isRefusal } from './engine-words.js';
import { label } from './labels.js';
import { isOurs, observeContainer } from './observe.js';
import { holderName, isHolder } from './names.js';
import { dependants } from './start-order.js';
import type { ObservedContainer } from './types.js';
import { removeVolumesOf, removeVolumesOfCluster } from './volumes.js';

/**
 * Stops a task's containers as ECS does: the stop signal, SIGKILL after `stopTimeout` seconds of each (30 by default;
 * ECS's ceiling of 120 doesn't hold here). Each as soon as those that need it have stopped, the others at once.
 * Returns what they are then; those that are gone are left out. Doing it again does no harm. Throws HostError.
 */
export async function stopTask(
  host: DockerHost,
  containers: readonly ObservedContainer[],
  definition: TaskDefinition,
): Promise<ObservedContainer[]> {
  const definitions = definition.containerDefinitions ?? [];
  const byName = new Map(definitions.map((one) => [one.name, one]));
  const needing = dependants(definitions);
  // What holds namespaces or secrets for the others goes last.
  const [holders, parts] = [containers.filter(isHolder), containers.filter((each) => !isHolder(each))];
  const stops = new Map<string, Promise<void>>();
  const stop = (name: string): Promise<void> => {
    const known = stops.get(name) ?? stopAfter(needing.get(name) ?? [], name);
    stops.set(name, known);
    return known;
  };
  const stopAfter = async (others: readonly string[], name: string) => {
    await Promise.all(others.map(stop));
    const definition = byName.get(name) ?? {};
    const own = parts.filter(({ containerName }) => containerName === name);
    await Promise.all(own.map(({ id }) => stopForGood(host, id, definition)));
  };
  const names = new Set([...byName.keys(), ...parts.map(({ containerName }) => containerName)]);
  const outcomes = await Promise.allSettled([...names].map((name = '') => stop(name)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  await Promise.all(holders.map(({ id }) => host.stopContainer(id, 0)));
  return observeAll(host, containers);
}

/** Stops the holder of a task that has ended. Nothing happens where there is none. Throws HostError. */
export async function stopHolder(host: DockerHost, taskId: string): Promise<void> {
  const labels = [`${label.taskId}=${taskId}`, `${label.container}=${holderName}`];
  const there = await host.listContainers({ labels });
  await Promise.all(there.filter(isOurs).map(({ id }) => host.stopContainer(id, 0)));
}

/** Docker would start some of those with a restart policy again when its engine starts, stopped or not: they lose it. */
async function stopForGood(
  host: DockerHost,
  id: string,
  { stopTimeout = defaultStopTimeout, restartPolicy }: ContainerDefinition,
): Promise<void> {
  await host.stopContainer(id, stopTimeout);
  if (!restartPolicy?.enabled) return;
  try {
    // Not before: an engine fails to update a container that ends just then.
    await host.updateContainer(id, { RestartPolicy: { Name: 'no' } });
  } catch (error) {
    // It has stopped; an engine that has no room to write that down must not hold up what comes after it.
    if (!(error instanceof HostError) || error.isOutage) throw error;
  }
}

/** SIGKILL for all at once. Returns as stopTask does. Throws HostError. */
export async function killTask(
  host: DockerHost,
  containers: readonly ObservedContainer[],
): Promise<ObservedContainer[]> {
  const kill = async ({ id }: ObservedContainer) => {
    await host.killContainer(id, 'SIGKILL');
    // The engine answers when it has sent the signal, not when the process is gone.
    await host.waitContainer(id);
  };
  await Promise.all(containers.map(kill));
  return observeAll(host, containers);
}

/**
 * Removes every container of a task, in any state, created ones too, and then its own volumes: undoes a start, or cleans
 * up. Only what carries the task's label and such a name. Returns the containers' engine ids. Throws HostError.
 */
export async function removeTask(host: DockerHost, taskId: string): Promise<string[]> {
  const labels = [`${label.taskId}=${taskId}`];
  const there = (await host.listContainers({ all: true, labels })).filter(isOurs);
  await removeContainers(
    host,
    there.map(({ id }) => id),
  );
  await removeVolumesOf(host, taskId);
  return there.map(({ id }) => id);
}

/** Removes every container of a cluster's tasks, in any state, and the volumes that are theirs alone. Throws HostError. */
export async function removeContainersOf(host: DockerHost, cluster: string): Promise<void> {
  const there = await host.listContainers({
    all: true,
    labels: [label.taskId, `${label.cluster}=${cluster}`],
  });
  await removeContainers(
    host,
    there.filter(isOurs).map(({ id }) => id),
  );
  await removeVolumesOfCluster(host, cluster);
}

/** Removes containers by their engine ids, running ones too. Those that are gone, or going, do no harm. Throws HostError. */
export async function removeContainers(host: DockerHost, ids: readonly string[]): Promise<void> {
  const remove = async (id: string) => {
    try {
      await host.removeContainer(id, { force: true });
    } catch (error) {
      // `removal of container … is already in progress`: someone else undoes the same.
      if (!isRefusal(error, 409)) throw error;
    }
  };
  await Promise.all(ids.map(remove));
}

async function observeAll(
  host: DockerHost,
  containers: readonly ObservedContainer[],
): Promise<ObservedContainer[]> {
  const now = await Promise.all(containers.map((known) => observeContainer(host, known.id, known)));
  return now.filter((container) => container !== undefined);
}
