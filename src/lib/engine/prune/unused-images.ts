import { pauseReference } from '../../agent/pause/image.js';
import type { ImageSummary } from '../../hosts/docker-host.js';
import { fullReference } from '../images/reference.js';

export interface UnusedImages {
  remove: ImageSummary[];
  /** Unused as well, but no registry is known to have them: they could not be had back. */
  keep: ImageSummary[];
}

/**
 * The images of a host that nothing uses: no container, and none of the tasks that are to start (`wanted`: references).
 * Pure.
 */
export function unusedImages(
  images: readonly ImageSummary[],
  usedIds: ReadonlySet<string>,
  wanted: readonly string[],
): UnusedImages {
  const names = new Set([...wanted, ...wanted.map(fullReference)]);
  const unused = images.filter(
    ({ id, repoTags, repoDigests }) =>
      !usedIds.has(id) &&
      !names.has(id) &&
      ![...repoTags, ...repoDigests].some((name) => names.has(fullReference(name))),
  );
  const isOnlyHere = ({ repoTags, repoDigests }: ImageSummary) =>
    repoTags.length > 0 && repoDigests.length === 0 && !repoTags.every(isOurs);
  return { remove: unused.filter((image) => !isOnlyHere(image)), keep: unused.filter(isOnlyHere) };
}

/**
 * The names by which an image is removed: those that its registries know. A name that somebody gave it on the host
 * stays, and with it the image.
 */
export function namesToRemove({ id, repoTags, repoDigests }: ImageSummary): string[] {
  const repositories = new Set(repoDigests.map((digest) => digest.slice(0, digest.lastIndexOf('@'))));
  const known = repoTags.filter((tag) => repositories.has(tag.slice(0, tag.lastIndexOf(':'))));
  if (known.length > 0) return known;
  return repoDigests.length > 0 ? repoDigests : [id];
}

/** Longshore brings it along: it comes back when a task needs it. */
const isOurs = (tag: string): boolean => tag === pauseReference;
