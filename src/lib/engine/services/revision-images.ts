import { transact } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import { keys, putService } from '../keys.js';
import type { DefinitionRecord, ServiceRecord, TaskRecord } from '../records.js';

/**
 * What the tags of a service's PRIMARY deployment mean since its first task: digests by the images' names. A container whose
 * definition says `versionConsistency: disabled` asks again each time.
 */
export function agreedImages(
  { service, revisions }: ServiceRecord,
  { definition }: DefinitionRecord,
): ReadonlyMap<string, string> {
  const { images = [] } = revisions[service.deployments[0]?.id ?? ''] ?? {};
  const open = new Set(
    (definition.containerDefinitions ?? [])
      .filter(({ versionConsistency }) => versionConsistency === 'disabled')
      .map(({ name }) => name),
  );
  return new Map(
    images.flatMap(({ containerName, image, imageDigest }) =>
      image === undefined || imageDigest === undefined || open.has(containerName)
        ? []
        : [[image, imageDigest]],
    ),
  );
}

/** Keeps what the first tasks of a deployment have pulled. */
export async function noteImages(
  ctx: EngineContext,
  { cluster, service: { name } }: ServiceRecord,
  tasks: readonly TaskRecord[],
): Promise<void> {
  const first = tasks.find(({ containers }) =>
    containers.some(({ imageDigest }) => imageDigest !== undefined),
  );
  if (first?.startedBy === undefined) return;
  const { startedBy } = first;
  const images = first.containers.flatMap(({ name: containerName, image, imageDigest }) =>
    imageDigest === undefined ? [] : [{ containerName, image, imageDigest }],
  );
  await transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const record = await draft.get<ServiceRecord>(keys.service(cluster, name));
    const revision = record?.revisions[startedBy];
    if (record === undefined || revision === undefined || revision.images !== undefined) return;
    draft.put(
      putService({ ...record, revisions: { ...record.revisions, [startedBy]: { ...revision, images } } }),
    );
  });
}
