import type { DockerHost, VolumeDetails } from './docker-host.js';
import { HostError } from './host-error.js';

/**
 * Who a host is. Neither its address nor its engine's id says so (clones share it); a marker volume does, whose labels
 * hold the instance's id and its cluster. One a cluster; a host usually has one.
 */
export interface Marker {
  cluster: string;
  instanceId: string;
}

const LABEL = {
  marker: 'longshore.marker',
  cluster: 'longshore.cluster',
  instanceId: 'longshore.instance-id',
} as const;

const volumeName = (cluster: string) => `longshore-marker-${cluster}`;

/** The markers on the host, of all clusters. Throws HostError. */
export async function readMarkers(host: DockerHost): Promise<Marker[]> {
  return (await markerVolumes(host)).map(markerOf);
}

/**
 * Marks the host and returns the marker that is there afterwards: of racing creators for one cluster the first wins,
 * since a volume's name is taken once. Where creators for several clusters race and `shared` isn't given, the later
 * one withdraws. Throws HostError.
 */
export async function createMarker(
  host: DockerHost,
  marker: Marker,
  options: { shared?: boolean } = {},
): Promise<Marker> {
  const volume = await host.createVolume({
    name: volumeName(marker.cluster),
    labels: { [LABEL.marker]: '1', [LABEL.cluster]: marker.cluster, [LABEL.instanceId]: marker.instanceId },
  });
  const mine = markerOf(volume);
  if (options.shared || mine.instanceId !== marker.instanceId) return mine;
  const [first] = (await markerVolumes(host)).sort(byAge);
  if (first === undefined || first.name === volume.name) return mine;
  await host.removeVolume(volume.name);
  throw new HostError(
    host.name,
    'engine',
    `${host.name} was taken by the cluster ${markerOf(first).cluster} at the same moment`,
    'Register it with --shared to let both clusters use it',
  );
}

/** Nothing happens where the host carries no such marker. Throws HostError. */
export async function removeMarker(host: DockerHost, marker: Marker): Promise<void> {
  const volume = await host.inspectVolume(volumeName(marker.cluster));
  if (volume?.labels[LABEL.instanceId] === marker.instanceId) await host.removeVolume(volume.name);
}

const markerVolumes = (host: DockerHost) => host.listVolumes({ labels: [`${LABEL.marker}=1`] });

const byAge = (a: VolumeDetails, b: VolumeDetails) =>
  Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.name < b.name ? -1 : 1);

function markerOf({ labels }: VolumeDetails): Marker {
  return { cluster: labels[LABEL.cluster] ?? '', instanceId: labels[LABEL.instanceId] ?? '' };
}
