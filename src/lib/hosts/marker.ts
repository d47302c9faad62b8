import { createHash } from 'node:crypto';
import { isName } from '../api/arn.js';
import type { DockerHost, VolumeDetails } from './docker-host.js';
import { HostError } from './host-error.js';

/**
 * Who a host is. Neither its address nor its engine's id says so (clones share it); a marker volume does, whose labels
 * hold the instance's id and its cluster. One a cluster; a host usually has one.
 */
export interface Marker {
  cluster: string;
  instanceId: string;
  /** Name of the volume: what `docker volume rm` takes. */
  volume: string;
}

/** Whose a marker is. */
type Mark = Pick<Marker, 'cluster' | 'instanceId'>;

const label = {
  marker: 'longshore.marker',
  cluster: 'longshore.cluster',
  instanceId: 'longshore.instance-id',
} as const;

/**
 * Every cluster tries this name first: of racing creators, whatever their clusters, the engine lets one have it. Only
 * who shares a host that is taken uses a name of its cluster's own.
 */
const firstName = 'longshore-marker';

/**
 * The markers on the host, of all clusters, the oldest first. A volume that says what none of ours can say (anybody who
 * may use the engine can make one) is left out. Throws HostError.
 */
export async function readMarkers(host: DockerHost): Promise<Marker[]> {
  return (await markerVolumes(host)).map(markerOf).filter((marker) => marker !== undefined);
}

/**
 * Marks the host and returns the marker that its cluster has there afterwards: of racing creators the first wins.
 * Where another cluster has the host, `shared` marks it for both; otherwise that is an error.
 * Throws HostError (engine, status 409 where another cluster has the host).
 */
export async function createMarker(
  host: DockerHost,
  marker: Mark,
  options: { shared?: boolean } = {},
): Promise<Marker> {
  const there = (await readMarkers(host)).find((one) => one.cluster === marker.cluster);
  if (there) return there;
  const first = await create(host, firstName, marker);
  if (first.cluster !== marker.cluster) {
    if (options.shared) return create(host, sharedName(marker.cluster), marker);
    throw takenBy(host, first.cluster);
  }
  // Whoever shared the host may have stayed when the first cluster left.
  const other = (await readMarkers(host)).find((one) => one.cluster !== marker.cluster);
  if (!other || options.shared || first.instanceId !== marker.instanceId) return first;
  await host.removeVolume(firstName);
  throw takenBy(host, other.cluster);
}

/** Nothing happens where the host carries no such marker. Throws HostError. */
export async function removeMarker(host: DockerHost, marker: Mark): Promise<void> {
  for (const { cluster, instanceId, volume } of await readMarkers(host)) {
    if (cluster === marker.cluster && instanceId === marker.instanceId) await host.removeVolume(volume);
  }
}

async function create(host: DockerHost, name: string, marker: Mark): Promise<Marker> {
  const { cluster, instanceId } = marker;
  const labels = { [label.marker]: '1', [label.cluster]: cluster, [label.instanceId]: instanceId };
  const there = markerOf(await host.createVolume({ name, labels }));
  if (there !== undefined) return there;
  throw new HostError(
    host.name,
    'engine',
    `${host.name} has a volume ${name} that is no marker of Longshore's`,
    `if nothing needs it, remove it there: docker volume rm ${name}`,
    { status: 409 },
  );
}

async function markerVolumes(host: DockerHost): Promise<VolumeDetails[]> {
  const volumes = await host.listVolumes({ labels: [`${label.marker}=1`] });
  return volumes.sort(
    (a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.name < b.name ? -1 : 1),
  );
}

function markerOf({ name: volume, labels }: VolumeDetails): Marker | undefined {
  const cluster = String(labels[label.cluster]);
  const instanceId = String(labels[label.instanceId]);
  const isOurs = labels[label.cluster] !== undefined && isName(cluster) && /^[0-9a-f]{32}$/.test(instanceId);
  const isNamedSo = isOurs && (volume === firstName || volume === sharedName(cluster));
  return isNamedSo ? { cluster, instanceId, volume } : undefined;
}

/** A volume's name is the name of a folder, with 255 bytes at most; a cluster's has as many characters. */
function sharedName(cluster: string): string {
  if (cluster.length <= 200) return `${firstName}-${cluster}`;
  const hash = createHash('sha256').update(cluster).digest('hex').slice(0, 16);
  return `${firstName}-${cluster.slice(0, 180)}.${hash}`;
}

function takenBy(host: DockerHost, cluster: string): HostError {
  return new HostError(
    host.name,
    'engine',
    `${host.name} belongs to the cluster ${cluster}`,
    'register it with --shared to let both clusters use it',
    { status: 409 },
  );
}
