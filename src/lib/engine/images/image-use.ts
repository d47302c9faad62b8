import type { DockerHost, ImageSummary } from '../../hosts/docker-host.js';
import { keys } from '../keys.js';
import type { EngineContext } from '../context.js';
import type { TaskRecord } from '../records.js';

export interface ImageUse {
  /** Ids of images that containers refer to. */
  usedIds: ReadonlySet<string>;
  /** Images, as definitions name them, of tasks that are not over. */
  wanted: readonly string[];
}

/** A host's images, and what of them is in use. `without`: ids of containers that use nothing. Throws HostError. */
export async function imagesInUse(
  ctx: EngineContext,
  cluster: string,
  host: DockerHost,
  without: ReadonlySet<string>,
): Promise<{ images: ImageSummary[]; use: ImageUse }> {
  const [images, containers, live] = await Promise.all([
    host.listImages(),
    host.listContainers({ all: true }),
    ctx.store.list<TaskRecord>({ prefix: keys.tasks(cluster) }),
  ]);
  return {
    images,
    use: {
      usedIds: new Set(containers.filter(({ id }) => !without.has(id)).map(({ imageId }) => imageId)),
      wanted: live.flatMap(({ value }) => value.containers.map(({ image }) => image)),
    },
  };
}
