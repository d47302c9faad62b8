import type { SharedNetwork } from '../api/cluster-network.js';
import type { DockerHost } from '../hosts/docker-host.js';
import type { Part } from './create.js';
import { engineWords, isRefusal } from './engine-words.js';
import { hasHolder, holderOptions, sharedNamespaces } from './holder.js';
import { holderName } from './names.js';
import { failure, Obstacle } from './obstacle.js';
import { pauseImage, pauseReference } from './pause/image.js';
import { pauseImageOn } from './pause/on-host.js';
import type { Puller } from './pull.js';
import type { ResolvedTask } from './resolved.js';
import { writeSecrets } from './secret-files.js';
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
  if (!hasHolder(spec.definition)) return undefined;
  const shared = sharedNamespaces(spec.definition);
  const [image, network] = await Promise.all([
    once(operation, host, 'image', () => provideImage(host)),
    shared?.network
      ? once(operation, host, `network ${spec.cluster}`, () => networkFor(host, spec))
      : undefined,
  ]);
  return {
    name: holderName,
    definition: { name: holderName, image: pauseReference },
    image: undefined,
    body: (labels) => holderOptions(spec, image, network, labels),
  };
}

/** Starts a task's holder, notes the address that it has got, and gives it the secrets to keep. Throws HostError. */
export async function startHolder(
  host: DockerHost,
  spec: TaskSpec,
  container: ObservedContainer,
  resolved: ResolvedTask | undefined,
): Promise<void> {
  try {
    await host.startContainer(container.id);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const words = engineWords(error);
    const { address } = spec;
    if (address !== undefined && /address already in use/i.test(words)) {
      const detail = `the address ${address} is another container's on ${host.name}`;
      throw new Obstacle({ kind: 'address-taken', address, detail });
    }
    // It was there and unused a moment ago, and somebody cleaned up.
    if (!/network .*not found/i.test(words)) throw error;
    await networkFor(host, spec);
    await host.startContainer(container.id);
  }
  await writeSecrets(host, spec, container.id, resolved);
  const details = await host.inspectContainer(container.id);
  const [name, network] =
    Object.entries(details?.networks ?? {}).find(([, { ipAddress }]) => ipAddress) ?? [];
  if (network === undefined) return;
  const { ipAddress, macAddress } = network;
  Object.assign(container, { ipAddress, macAddress, network: name });
}

async function networkFor(
  host: DockerHost,
  { cluster, network }: Pick<TaskSpec, 'cluster' | 'network'>,
): Promise<string> {
  try {
    return await provideNetwork(host, cluster, network);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw failure(undefined, `ResourceInitializationError: ${networkFault(host, cluster, network, error)}`);
  }
}

/** Why a host can't have its cluster's network, with the remedy. */
export function networkFault(
  host: DockerHost,
  cluster: string,
  network: SharedNetwork | undefined,
  error: unknown,
): string {
  const words = engineWords(error);
  const change = `longshore update-cluster --cluster ${cluster} --network driver=…`;
  if (network && /invalid subinterface|link not found|no such device/i.test(words)) {
    return `${host.name} has no interface ${network.parent}, which the cluster's network is on (rename it there, or change the network: ${change})`;
  }
  if (/active endpoints/i.test(words)) {
    return `${host.name} still has tasks on the network that the cluster had before; stop them first`;
  }
  return `the network of the cluster's awsvpc tasks can't be made on ${host.name}: ${words}`;
}

/** The id of the image that the host has afterwards: it is loaded, never pulled, where the one of its name is another. */
async function provideImage(host: DockerHost): Promise<string> {
  const present = await pauseImageOn(host);
  if (present !== undefined) return present.id;
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
  const loaded = await pauseImageOn(host);
  if (loaded === undefined)
    throw refuse(`the image ${pauseReference} on ${host.name} is not what was loaded`);
  return loaded.id;
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
