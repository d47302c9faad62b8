import type { DockerHost } from '../hosts/docker-host.js';
import type { Part } from './create.js';
import { engineWords, isRefusal } from './engine-words.js';
import { holderOptions, sharedNamespaces } from './holder.js';
import { holderName } from './names.js';
import { failure } from './obstacle.js';
import { pauseImage, pauseLayers, pauseReference } from './pause/image.js';
import type { Puller } from './pull.js';
import { provideNetwork } from './task-network.js';
import type { ObservedContainer, TaskSpec } from './types.js';

/**
 * The container that holds what a task's containers share, after what it needs on the host was made: its image and its
 * network. undefined where they share nothing. Both are seen to once an operation, which `operation` (its puller) stands
 * for. Throws Obstacle where the engine refuses, HostError where it is out of reach.
 */
export async function provideHolder(
  host: DockerHost,
  spec: TaskSpec,
  operation: Puller,
): Promise<Part | undefined> {
  const shared = sharedNamespaces(spec.definition);
  if (!shared) return undefined;
  const [image, network] = await Promise.all([
    once(operation, host, 'image', () => provideImage(host)),
    shared.network
      ? once(operation, host, `network ${spec.cluster}`, () => networkFor(host, spec.cluster))
      : undefined,
  ]);
  return {
    name: holderName,
    definition: { name: holderName, image: pauseReference },
    image: undefined,
    body: (labels) => holderOptions(spec, image, network, labels),
  };
}

/** Starts a task's holder, and notes the address that it has got. Throws HostError. */
export async function startHolder(
  host: DockerHost,
  { cluster }: Pick<TaskSpec, 'cluster'>,
  container: ObservedContainer,
): Promise<void> {
  try {
    await host.startContainer(container.id);
  } catch (error) {
    // It was there and unused a moment ago, and somebody cleaned up.
    if (!isRefusal(error, 404) || !/network .*not found/i.test(engineWords(error))) throw error;
    await networkFor(host, cluster);
    await host.startContainer(container.id);
  }
  const details = await host.inspectContainer(container.id);
  const [name, network] =
    Object.entries(details?.networks ?? {}).find(([, { ipAddress }]) => ipAddress) ?? [];
  if (network === undefined) return;
  const { ipAddress, macAddress } = network;
  Object.assign(container, { ipAddress, macAddress, network: name });
}

async function networkFor(host: DockerHost, cluster: string): Promise<string> {
  try {
    return await provideNetwork(host, cluster);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const words = `the network of the cluster's awsvpc tasks can't be made on ${host.name}: ${engineWords(error)}`;
    throw failure(undefined, `ResourceInitializationError: ${words}`);
  }
}

/** The id of the image that the host has afterwards: it is loaded, never pulled, where the one of its name is another. */
async function provideImage(host: DockerHost): Promise<string> {
  const layers = await pauseLayers();
  const there = async () => {
    const image = await host.inspectImage(pauseReference);
    return image?.layers.length === 1 && layers.includes(image.layers[0] ?? '') ? image.id : undefined;
  };
  const present = await there();
  if (present !== undefined) return present;
  const { architecture } = await host.info();
  const image = await pauseImage(architecture);
  const refuse = (words: string) => failure(undefined, `ResourceInitializationError: ${words}`);
  if (image === undefined) {
    throw refuse(
      `${host.name} has the architecture ${architecture}; networkMode awsvpc, pidMode task and ipcMode task need x86_64 or aarch64`,
    );
  }
  try {
    await host.loadImage(async function* () {
      yield image.archive;
    });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw refuse(`the image ${pauseReference} can't be loaded on ${host.name}: ${engineWords(error)}`);
  }
  const loaded = await there();
  if (loaded === undefined)
    throw refuse(`the image ${pauseReference} on ${host.name} is not what was loaded`);
  return loaded;
}

const operations = new WeakMap<object, WeakMap<DockerHost, Map<string, Promise<string>>>>();

/** Tasks of one operation that want the same of a host at once share the work. */
function once(
  operation: object,
  host: DockerHost,
  what: string,
  work: () => Promise<string>,
): Promise<string> {
  const hosts = operations.get(operation) ?? new WeakMap<DockerHost, Map<string, Promise<string>>>();
  operations.set(operation, hosts);
  const done = hosts.get(host) ?? new Map<string, Promise<string>>();
  hosts.set(host, done);
  const result = done.get(what) ?? work();
  done.set(what, result);
  // What failed is tried again by the next who wants it.
  result.catch(() => done.delete(what));
  return result;
}
