import { label } from '../agent/labels.js';
import { isName } from '../api/arn.js';
import type { DockerHost } from '../hosts/docker-host.js';

/** More than any host has, and less than one in the wrong hands would fill a state with. */
const MOST_VOLUMES = 1000;

/**
 * The shared volumes that a host has: those that were made for this cluster's tasks, and of `others` (known before, or
 * looked for) those that are there. Throws HostError.
 */
export async function volumesOn(
  host: DockerHost,
  cluster: string,
  others: readonly string[],
): Promise<string[]> {
  const labelled = await host.listVolumes({ labels: [label.volume, `${label.cluster}=${cluster}`] });
  const made = labelled.filter(({ labels }) => labels[label.taskId] === undefined).map(({ name }) => name);
  const names = new Set(made.filter(isName).slice(0, MOST_VOLUMES));
  const asked = [...new Set(others)].filter((name) => !names.has(name));
  const found = await Promise.all(asked.map((name) => host.inspectVolume(name)));
  asked.forEach((name, i) => found[i] && names.add(name));
  return [...names].sort();
}
