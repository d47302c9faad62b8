import type { ContainerDefinition } from '../api/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import type { HostError } from '../hosts/host-error.js';
import { settleClaim, type ClaimOptions } from './claim.js';
import { containerOptions } from './container-options.js';
import { engineWords, isRefusal } from './engine-words.js';
import { observeForeign } from './host-view.js';
import { containerLabels, label } from './labels.js';
import { dockerName } from './names.js';
import { observeContainer } from './observe.js';
import { takenPorts } from './port-conflict.js';
import { PullFailure, type PulledImage, type Puller, type PullRequest } from './pull.js';
import { startOrder } from './start-order.js';
import { removeTask } from './stop.js';
import type { AgentEvent, ObservedContainer, StartOutcome, TaskSpec } from './types.js';

export interface StartOptions extends ClaimOptions {
  /** One for the whole operation. */
  puller: Puller;
  pull: Pick<PullRequest, 'behavior' | 'timeout'>;
  onEvent?: (event: AgentEvent) => void;
}

/**
 * Starts a task: pulls its images, creates its containers (the first is the claim on the host), starts them in the
 * order of their links. May be called again for the same task: containers that are there already are adopted, those
 * that have run are not started again. Whatever isn't `started` has left no container of the task.
 *
 * Throws HostError where the host is out of reach midway, and the signal's reason when aborted: containers were removed
 * as far as possible, the rest is left to be settled (removeTask).
 */
export async function startTask(
  host: DockerHost,
  spec: TaskSpec,
  options: StartOptions,
): Promise<StartOutcome> {
  const order = startOrder(spec.definition.containerDefinitions ?? []);
  if (!order)
    return {
      kind: 'failed',
      container: undefined,
      reason: 'CannotCreateContainerError: the links form a circle',
    };
  const images = await pullImages(host, order, options);
  if (images instanceof Obstacle) return images.outcome;
  try {
    return await startContainers(
      host,
      spec,
      order.map((definition) => prepare(definition, images)),
      options,
    );
  } catch (error) {
    const undone = removeTask(host, spec.id);
    if (!(error instanceof Obstacle)) {
      // The host is gone, or the caller wants to be: what can't be removed now is settled later.
      await undone.catch(() => undefined);
      throw error;
    }
    await undone;
    return error.outcome;
  }
}

/** Ends the start with an outcome other than `started`; never leaves this file. */
class Obstacle extends Error {
  constructor(readonly outcome: Exclude<StartOutcome, { kind: 'started' }>) {
    super(outcome.kind);
  }
}

interface Part {
  name: string;
  definition: ContainerDefinition;
  image: PulledImage | undefined;
}

function prepare(definition: ContainerDefinition, images: Map<string, PulledImage>): Part {
  return { name: definition.name ?? '', definition, image: images.get(definition.image ?? '') };
}

/** Nothing is created before all images are there: a claim is not to wait for a registry. */
async function pullImages(
  host: DockerHost,
  definitions: readonly ContainerDefinition[],
  { puller, pull, signal, onEvent }: StartOptions,
): Promise<Map<string, PulledImage> | Obstacle> {
  const others = new AbortController();
  const either = signal ? AbortSignal.any([signal, others.signal]) : others.signal;
  const provide = async ({ name, image = '' }: ContainerDefinition) => {
    try {
      return [image, await puller.provide(host, image, { ...pull, signal: either, onEvent })] as const;
    } catch (error) {
      others.abort(error);
      if (error instanceof PullFailure) throw failure(name, error.message);
      throw asFailure(error, name, 'CannotPullContainerError');
    }
  };
  // Where containers share an image, the first of them is named.
  const distinct = new Map([...definitions].reverse().map((definition) => [definition.image, definition]));
  try {
    return new Map(await Promise.all([...distinct.values()].map(provide)));
  } catch (error) {
    if (error instanceof Obstacle) return error;
    throw error;
  }
}

async function startContainers(
  host: DockerHost,
  spec: TaskSpec,
  parts: readonly Part[],
  options: StartOptions,
): Promise<StartOutcome> {
  const containers: ObservedContainer[] = [];
  for (const [index, part] of parts.entries()) {
    options.signal?.throwIfAborted();
    containers.push(await createOrAdopt(host, spec, part, index === 0, options));
  }
  // Where one was adopted that has run, the claim was granted to whoever started it.
  const isNew = containers.every(({ state }) => state === 'created');
  let goodUntil = isNew ? await claim(host, spec, options) : Infinity;
  for (const container of containers.filter(({ state }) => state === 'created')) {
    options.signal?.throwIfAborted();
    await start(host, spec, container, options);
    if (options.clock() > goodUntil) throw await outdated(host, spec, options);
    goodUntil = Infinity;
  }
  return { kind: 'started', containers };
}

async function createOrAdopt(
  host: DockerHost,
  spec: TaskSpec,
  { name, definition, image }: Part,
  first: boolean,
  { clock, onEvent }: StartOptions,
): Promise<ObservedContainer> {
  const labels = containerLabels(spec, name, first);
  try {
    const id = await host.createContainer(dockerName(spec, name), containerOptions(spec, definition, labels));
    onEvent?.({ type: 'container-created', container: name, id });
    return fresh(spec, { name, definition, image }, { id, labels, createdAt: clock() });
  } catch (error) {
    if (!isRefusal(error, 409)) throw asFailure(error, name, 'CannotCreateContainerError');
    return adopt(host, spec, name, error);
  }
}

async function adopt(
  host: DockerHost,
  spec: TaskSpec,
  name: string,
  conflict: HostError,
): Promise<ObservedContainer> {
  const there = await observeContainer(host, dockerName(spec, name));
  if (!there) throw asFailure(conflict, name, 'CannotCreateContainerError');
  if (there.taskId === spec.id && there.labels[label.definitionHash] === spec.definitionHash) return there;
  const remedy = `remove or rename it: docker rename ${dockerName(spec, name)} NEW_NAME`;
  throw failure(
    name,
    `CannotCreateContainerError: another container on ${host.name} has this one's name; ${remedy}`,
  );
}

/** What is known of a new container without asking: a request less on the way to RUNNING. */
function fresh(
  spec: TaskSpec,
  { name, definition, image }: Part,
  made: { id: string; labels: Record<string, string>; createdAt: number },
): ObservedContainer {
  return {
    taskId: spec.id,
    containerName: name,
    ...made,
    image: definition.image ?? '',
    imageDigest: image?.digest,
    state: 'created',
    oomKilled: false,
    restartCount: 0,
    networkBindings: spec.bindings[name] ?? [],
  };
}

/** Returns until when the permission holds, by the client's clock. */
async function claim(host: DockerHost, spec: TaskSpec, options: StartOptions): Promise<number> {
  const outcome = await settleClaim(host, spec.id, options);
  if (outcome.kind === 'granted') return outcome.until;
  if (outcome.kind === 'withdraw') {
    throw new Obstacle({ kind: 'withdrawn', ...outcome.shortage, foreign: outcome.foreign });
  }
  throw failure(undefined, 'ContainerVanishedError: the containers were removed before they were started');
}

async function start(
  host: DockerHost,
  spec: TaskSpec,
  container: ObservedContainer,
  { clock, onEvent }: StartOptions,
): Promise<void> {
  const { containerName, id } = container;
  try {
    await host.startContainer(id);
  } catch (error) {
    const ports = isRefusal(error)
      ? takenPorts(engineWords(error), spec.bindings[containerName] ?? [])
      : undefined;
    if (ports) throw new Obstacle({ kind: 'port-taken', ports, detail: engineWords(error) });
    throw asFailure(error, containerName, 'CannotStartContainerError');
  }
  container.state = 'running';
  container.startedAt = clock();
  onEvent?.({ type: 'container-started', container: containerName, id });
}

async function outdated(host: DockerHost, spec: TaskSpec, options: StartOptions): Promise<Obstacle> {
  const isOwn = (id: string) => id === spec.id || (options.isOwn?.(id) ?? false);
  const foreign = await observeForeign(host, options.capacity, { clock: options.clock, isOwn });
  const detail = 'its start took so long that others may have taken the room (was this machine asleep?)';
  return new Obstacle({ kind: 'withdrawn', reason: 'AGENT', detail, foreign });
}

/** An engine's refusal fails the task, in ECS's words; a host out of reach, or an abort, is not for the task to answer. */
function asFailure(error: unknown, container: string, name: string): unknown {
  return isRefusal(error) ? failure(container, `${name}: ${engineWords(error)}`) : error;
}

function failure(container: string | undefined, reason: string): Obstacle {
  return new Obstacle({ kind: 'failed', container, reason });
}
