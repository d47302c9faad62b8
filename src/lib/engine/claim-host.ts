import { EcsError } from '../api/errors.js';
import { formatAddress, type HostAddress } from '../hosts/address.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { createMarker, readMarkers, type Marker } from '../hosts/marker.js';
import { indexes, keys } from './keys.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord } from './records.js';

/** A host that wants to be an instance of a cluster. */
export interface Candidate {
  cluster: string;
  address: HostAddress;
  /** What messages call it. */
  name: string;
}

/**
 * Who a host is: the instance that its marker names, else a new one, marked now (of racing commands one wins).
 * Neither an address nor an engine's id says so: machines are re-imaged, cloned, and get each other's addresses.
 * Returns the marker and what this state knows of the instance. Throws ClientException; HostError.
 */
export async function claimHost(
  ctx: EngineContext,
  host: DockerHost,
  candidate: Candidate,
  shared: boolean,
): Promise<{ marker: Marker; known: InstanceRecord | undefined }> {
  const { cluster, name } = candidate;
  const markers = await readMarkers(host);
  const own = markers.find((marker) => marker.cluster === cluster);
  const there = await instanceAt(ctx, candidate);
  if (there !== undefined && own?.instanceId !== there.id) {
    const what =
      own === undefined ? 'its marker is gone (re-imaged, or another machine)' : 'it carries another marker';
    throw new EcsError(
      'ClientException',
      `${name} is not the host that was registered under this address: ${what}.`,
      `If it is to take the old one's place: longshore deregister-container-instance --cluster ${cluster} --container-instance ${there.id} --force, then register it again`,
    );
  }
  const other = markers.find((marker) => marker.cluster !== cluster);
  if (own === undefined && other !== undefined && !shared) {
    throw new EcsError(
      'ClientException',
      `${name} belongs to the cluster ${other.cluster} already.`,
      `Register it with --shared to let both clusters use it (each then sees what the other takes), or deregister it there first; where ${other.cluster} is gone, remove its marker: docker volume rm ${other.volume}, on ${name}`,
    );
  }
  const marker = own ?? (await createMarker(host, { instanceId: ctx.newId(), cluster }, { shared }));
  const known = (await ctx.store.get<InstanceRecord>(keys.instance(cluster, marker.instanceId)))?.value;
  if (known !== undefined) checkMove(ctx, candidate, known, marker);
  return { marker, known };
}

/** A host may move to another address with its SSH host key. A copy of its disk carries the marker too: that is no move. */
function checkMove(
  ctx: EngineContext,
  { cluster, address, name }: Candidate,
  known: InstanceRecord,
  { volume }: Marker,
): void {
  const before = formatAddress(known.address);
  const hostKey = ctx.hosts.hostKeyFingerprint(address);
  if (before === formatAddress(address)) {
    if (known.hostKey === hostKey) return;
    ctx.emit({
      type: 'warning',
      message: `${name} has another SSH host key than when it was registered, but its marker`,
    });
    return;
  }
  if (known.hostKey !== undefined && known.hostKey === hostKey) {
    ctx.emit({
      type: 'note',
      message: `${known.name} has moved from ${before} to ${formatAddress(address)}`,
    });
    return;
  }
  throw new EcsError(
    'ClientException',
    `${name} carries the marker of ${known.name} (${before}): it is a copy of that host, or that host with another SSH host key.`,
    `A copy: remove its marker (docker volume rm ${volume}, on it) and register it again. The same host: longshore deregister-container-instance --cluster ${cluster} --container-instance ${known.name} --force first`,
  );
}

/** The instance that this state has under that address. */
async function instanceAt(
  ctx: EngineContext,
  { cluster, address }: Candidate,
): Promise<InstanceRecord | undefined> {
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  const text = formatAddress(address);
  return instances.map((entry) => entry.value).find((instance) => formatAddress(instance.address) === text);
}

/** Throws InvalidParameterException where another instance of the cluster has the name. */
export async function checkName(
  ctx: EngineContext,
  cluster: string,
  name: string,
  id: string,
): Promise<void> {
  const named = await ctx.store.list<InstanceRecord>({
    index: indexes.instanceName(cluster, name),
    limit: 2,
  });
  const other = named.map((entry) => entry.value).find((instance) => instance.id !== id);
  if (other === undefined) return;
  throw new EcsError(
    'InvalidParameterException',
    `The cluster ${cluster} has a host named ${name} already (${formatAddress(other.address)}).`,
    'Give this one another name: --name, or name: in the hosts file',
  );
}
