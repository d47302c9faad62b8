import type { DockerHost, ImageDetails } from '../../hosts/docker-host.js';
import { isRefusal } from '../engine-words.js';
import { pauseLayers, pauseReference } from './image.js';

/** The image of tasks' holders where the host has it; one of its name with another content is not it. Throws HostError. */
export async function pauseImageOn(host: DockerHost): Promise<ImageDetails | undefined> {
  const [image, layers] = await Promise.all([host.inspectImage(pauseReference), pauseLayers()]);
  return image?.layers.length === 1 && layers.includes(image.layers[0] ?? '') ? image : undefined;
}

/**
 * Removes the image of tasks' holders from a host, if it is there and no container uses it, of whatever cluster: the
 * next task that needs it brings it along. Throws HostError.
 */
export async function removePauseImage(host: DockerHost): Promise<void> {
  if ((await pauseImageOn(host)) === undefined) return;
  try {
    await host.removeImage(pauseReference);
  } catch (error) {
    // 409: `container … is using its referenced image`.
    if (!isRefusal(error)) throw error;
  }
}
