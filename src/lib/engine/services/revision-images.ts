import type { TaskDefinition } from '../../api/types.js';
import { startedDeployment } from '../../services/halted.js';
import { transact } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import { keys, putService } from '../keys.js';
import type { TaskRecord } from '../records.js';
import type { ServiceRecord } from './records.js';

/** What the tags mean of the deployment that a service's tasks are started of, since its first task: digests by the images' names. */
export function agreedImages({ service, revisions }: ServiceRecord): ReadonlyMap<string, string> {
  const { images = [] } = revisions[startedDeployment(service)?.id ?? ''] ?? {};
  return new Map(
    images.flatMap(({ image, imageDigest }) =>
      image === undefined || imageDigest === undefined ? [] : [[image, imageDigest]],
    ),
  );
}

/**
 * Keeps what the first tasks of a deployment have pulled. A container whose definition says `versionConsistency: disabled`
 * asks each time: its image has no digest (ECS doesn't resolve it).
 */
export async function noteImages(
  ctx: EngineContext,
  { cluster, service: { name } }: ServiceRecord,
  { containerDefinitions = [] }: TaskDefinition,
  tasks: readonly TaskRecord[],
): Promise<void> {
  const first = tasks.find(({ containers }) =>
    containers.some(({ imageDigest }) => imageDigest !== undefined),
  );
  if (first?.startedBy === undefined) return;
  const { startedBy } = first;
  const open = new Set(
    containerDefinitions
      .filter(({ versionConsistency }) => versionConsistency === 'disabled')
      .map((container) => container.name),
  );
  const images = first.containers.flatMap(({ name: containerName, image, imageDigest }) => {
    if (open.has(containerName)) return [{ containerName, image }];
    return imageDigest === undefined ? [] : [{ containerName, image, imageDigest }];
  });
  await transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const record = await draft.get<ServiceRecord>(keys.service(cluster, name));
    const revision = record?.revisions[startedBy];
    if (record === undefined || revision === undefined || revision.images !== undefined) return;
    draft.put(
      putService({ ...record, revisions: { ...record.revisions, [startedBy]: { ...revision, images } } }),
    );
  });
}
