import { createHash } from 'node:crypto';
import type { CreateNetwork, DockerHost, NetworkDetails } from '../hosts/docker-host.js';
import { isRefusal } from './engine-words.js';
import { label } from './labels.js';

/** The network of a cluster's awsvpc tasks on one host, as the engine is asked for it. Pure. */
export function taskNetwork(cluster: string): CreateNetwork {
  const hash = createHash('sha256').update(cluster).digest('hex');
  return {
    Name: networkName(cluster, hash),
    Driver: 'bridge',
    Labels: { [label.network]: 'awsvpc', [label.cluster]: cluster },
    // Engines let two networks have one name, but not one bridge: of racing creators one wins. 15 characters at most.
    Options: { 'com.docker.network.bridge.name': `ls-${hash.slice(0, 12)}` },
  };
}

/**
 * Sees to it that the host has the network of a cluster's awsvpc tasks; returns its name. Of racing creators, of any
 * state, all get the same. Throws HostError.
 */
export async function provideNetwork(host: DockerHost, cluster: string): Promise<string> {
  const there = await networkOf(host, cluster);
  if (there) return there.name;
  const wanted = taskNetwork(cluster);
  try {
    await host.createNetwork(wanted);
    return wanted.Name;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const other = await networkOf(host, cluster);
    if (other) return other.name;
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

async function networkOf(host: DockerHost, cluster: string): Promise<NetworkDetails | undefined> {
  return (await ownNetworks(host, cluster))[0];
}

/** A cluster's networks on the host; the oldest first, should somebody have made a second one by hand. */
export async function ownNetworks(host: DockerHost, cluster: string): Promise<NetworkDetails[]> {
  const networks = await host.listNetworks({ labels: [label.network, `${label.cluster}=${cluster}`] });
  return networks.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** A cluster's name has up to 255 characters. */
function networkName(cluster: string, hash: string): string {
  return cluster.length <= 100
    ? `longshore-${cluster}`
    : `longshore-${cluster.slice(0, 80)}.${hash.slice(0, 16)}`;
}
