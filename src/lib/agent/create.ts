import type { ContainerDefinition } from '../api/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import type { ContainerState, CreateContainer } from '../hosts/container-types.js';
import type { HostError } from '../hosts/host-error.js';
import { bindingsOf } from './bindings.js';
import { containerOptions } from './container-options.js';
import { isRefusal } from './engine-words.js';
import { containerLabels, label } from './labels.js';
import { dockerName } from './names.js';
import { asFailure, failure } from './obstacle.js';
import { observeContainer } from './observe.js';
import type { PulledImage } from './pull.js';
import type { Resolved } from './resolved.js';
import { removeContainers } from './stop.js';
import type { AgentEvent, ObservedContainer, TaskSpec } from './types.js';

/** A container to be made. */
export interface Part {
  name: string;
  definition: ContainerDefinition;
  image: PulledImage | undefined;
  resolved?: Resolved | undefined;
  /** Docker's create request where it doesn't follow from the definition. */
  body?: (labels: Record<string, string>) => CreateContainer;
}

interface CreateOptions {
  clock: () => number;
  onEvent?: (event: AgentEvent) => void;
}

/**
 * Creates one container of a task. Where its name is taken by this task's own container that runs or has run, that one
 * is adopted. Throws Obstacle where the engine refuses or the name is another's, HostError where it is out of reach.
 */
export async function createOrAdopt(
  host: DockerHost,
  spec: TaskSpec,
  part: Part,
  isKeeper: boolean,
  options: CreateOptions,
): Promise<ObservedContainer> {
  try {
    return await create(host, spec, part, isKeeper, options);
  } catch (error) {
    if (!isRefusal(error, 409)) throw asFailure(error, part.name, 'CannotCreateContainerError');
    const there = await ownContainer(host, spec, part.name, error);
    if (adoptable.includes(there.state)) return there;
    // Never started, by a call that died: its ports may be others than ours, and its claim may have grown old.
    await removeContainers(host, [there.id]);
  }
  try {
    return await create(host, spec, part, isKeeper, options);
  } catch (error) {
    throw asFailure(error, part.name, 'CannotCreateContainerError');
  }
}

const adoptable: readonly ContainerState[] = ['running', 'paused', 'restarting', 'exited'];

async function create(
  host: DockerHost,
  spec: TaskSpec,
  { name, definition, image, resolved, body }: Part,
  isKeeper: boolean,
  { clock, onEvent }: CreateOptions,
): Promise<ObservedContainer> {
  const labels = containerLabels(spec, name, isKeeper);
  // Taken before, so that a claim never seems younger than it is.
  const createdAt = clock();
  const options = body?.(labels) ?? containerOptions(spec, definition, labels, resolved);
  const id = await host.createContainer(dockerName(spec, name), options);
  onEvent?.({ type: 'container-created', container: name, id });
  // The rest is known without asking: a request less on the way to RUNNING.
  return {
    taskId: spec.id,
    containerName: name,
    id,
    image: definition.image ?? '',
    imageDigest: image?.digest,
    state: 'created',
    oomKilled: false,
    createdAt,
    restartCount: 0,
    networkBindings: bindingsOf(spec, name),
    labels,
  };
}

/** The container that has the name already, where it is this task's. */
async function ownContainer(
  host: DockerHost,
  spec: TaskSpec,
  name: string,
  conflict: HostError,
): Promise<ObservedContainer> {
  const taken = dockerName(spec, name);
  const there = await observeContainer(host, taken);
  if (!there) throw asFailure(conflict, name, 'CannotCreateContainerError');
  if (there.taskId === spec.id && there.labels[label.definitionHash] === spec.definitionHash) return there;
  const words = `another container on ${host.name} has this one's name; remove it or rename it: docker rename ${taken} NEW_NAME`;
  throw failure(name, `CannotCreateContainerError: ${words}`);
}
