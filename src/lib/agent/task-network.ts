import { createHash } from 'node:crypto';
import type { SharedNetwork } from '../api/cluster-network.js';
import type { CreateNetwork, DockerHost, NetworkDetails } from '../hosts/docker-host.js';
import { isRefusal } from './engine-words.js';
import { label } from './labels.js';

/** The network of a cluster's awsvpc tasks on one host, as the engine is asked for it. Pure. */
export function taskNetwork(cluster: string, shared?: SharedNetwork): CreateNetwork {
  const hash = sha256(cluster);
  const name = cluster.length <= 100 ? cluster : `${cluster.slice(0, 80)}.${hash.slice(0, 16)}`;
  return {
    Name: `longshore-${name}`,
    Labels: { [label.network]: kindOf(shared), [label.cluster]: cluster },
    // Engines let two networks have one name, but not one bridge or one parent: of racing creators one wins.
    ...(shared === undefined ? bridge(hash) : onParent(shared)),
  };
}

/** A name of an interface has 15 characters at most. */
const bridge = (hash: string) => ({
  Driver: 'bridge',
  Options: { 'com.docker.network.bridge.name': `ls-${hash.slice(0, 12)}` },
});

/** Addresses are ours to choose: the engine only refuses those that it has given out itself. */
const onParent = ({ driver, parent, subnet, gateway }: SharedNetwork) => ({
  Driver: driver,
  Options: { parent },
  IPAM: { Config: [{ Subnet: subnet, ...(gateway !== undefined && { Gateway: gateway }) }] },
});

/** What tells a cluster's networks of different settings apart. */
function kindOf(shared: SharedNetwork | undefined): string {
  if (shared === undefined) return 'bridge';
  const { driver, parent, subnet, gateway = '' } = shared;
  return `${driver}-${sha256([driver, parent, subnet, gateway].join(' ')).slice(0, 12)}`;
}

/**
 * Sees to it that the host has the network of a cluster's awsvpc tasks; returns its name. Of racing creators, of any
 * state, all get the same. One of other settings gives way where no task uses it. Throws HostError.
 */
export async function provideNetwork(
  host: DockerHost,
  cluster: string,
  shared?: SharedNetwork,
): Promise<string> {
  const kind = kindOf(shared);
  const there = await ownNetworks(host, cluster);
  const fitting = there.find(({ labels }) => labels[label.network] === kind);
  if (fitting) return fitting.name;
  for (const { id } of there) await host.removeNetwork(id);
  const wanted = taskNetwork(cluster, shared);
  try {
    await host.createNetwork(wanted);
    return wanted.Name;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const others = await ownNetworks(host, cluster);
    const made = others.find(({ labels }) => labels[label.network] === kind);
    if (made) return made.name;
    throw error;
  }
}

/** Removes a cluster's networks that no container uses; returns the names of those that are gone. Throws HostError. */
export async function removeNetworks(host: DockerHost, cluster: string): Promise<string[]> {
  const gone: string[] = [];
  for (const { id, name } of await ownNetworks(host, cluster)) {
    try {
      await host.removeNetwork(id);
      gone.push(name);
    } catch (error) {
      // 403: `network … has active endpoints`.
      if (!isRefusal(error)) throw error;
    }
  }
  return gone;
}

/** A cluster's networks on the host; the oldest first, should somebody have made a second one by hand. */
export async function ownNetworks(host: DockerHost, cluster: string): Promise<NetworkDetails[]> {
  const networks = await host.listNetworks({ labels: [label.network, `${label.cluster}=${cluster}`] });
  return networks.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
