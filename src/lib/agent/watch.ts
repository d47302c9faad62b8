import type { DockerHost } from '../hosts/docker-host.js';
import type { ObservedContainer } from './types.js';

/** A container that ended. */
export interface Ended {
  id: string;
  containerName: string;
  /** undefined where the container is gone. */
  exitCode: number | undefined;
}

/**
 * Resolves when the first of these containers has ended (at once where one has already): give it the essential ones to
 * learn that their task is over. Ends with the signal's reason when aborted. Throws HostError where the host is lost:
 * connect again and call again, nothing is missed.
 */
export async function waitForStop(
  host: DockerHost,
  containers: readonly Pick<ObservedContainer, 'id' | 'containerName'>[],
  signal?: AbortSignal,
): Promise<Ended> {
  const rest = new AbortController();
  const either = signal ? AbortSignal.any([signal, rest.signal]) : rest.signal;
  const wait = async ({ id, containerName }: (typeof containers)[number]): Promise<Ended> => {
    const end = await host.waitContainer(id, either);
    return { id, containerName, exitCode: end?.exitCode };
  };
  try {
    return await Promise.race(containers.map(wait));
  } finally {
    rest.abort();
  }
}
