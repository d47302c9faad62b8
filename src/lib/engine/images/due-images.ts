import type { ImageSummary } from '../../hosts/docker-host.js';
import type { ImageRecord } from '../records.js';
import type { ImageUse } from './image-use.js';
import { fullReference, repositoryOf } from './reference.js';

export interface CleanUpRules {
  /** Epoch milliseconds. */
  now: number;
  /** Milliseconds since its pull after which an image may go. */
  minimumAge: number;
  /** Names of images that stay, whatever uses them. */
  exclude: readonly string[];
}

export interface DueImages {
  /** Those that may go, least recently used first. */
  due: ImageSummary[];
  /** Ids of those that something uses. */
  inUse: string[];
  /** Ids of records whose image the host has no more. */
  gone: string[];
}

/**
 * Which of the images that were pulled to a host may go, as ECS's agent chooses (agent/engine/docker_image_manager.go):
 * no container refers to them, and they were pulled long enough ago. One that has a name which no task of ours pulled
 * belongs to somebody else as well, and stays. Pure.
 */
export function dueImages(
  records: readonly ImageRecord[],
  images: readonly ImageSummary[],
  { usedIds, wanted }: ImageUse,
  { now, minimumAge, exclude }: CleanUpRules,
): DueImages {
  const there = new Map(images.map((image) => [image.id, image]));
  const kept = new Set(exclude.map(fullReference));
  const needed = new Set([...wanted, ...wanted.map(fullReference)]);
  const has = (image: ImageSummary, names: ReadonlySet<string>) =>
    names.has(image.id) || namesOf(image).some((name) => names.has(name));
  const isUsed = (image: ImageSummary) => usedIds.has(image.id) || has(image, needed);
  const present = records.flatMap((record) => {
    const image = there.get(record.id);
    return image === undefined ? [] : [{ record, image }];
  });
  return {
    due: present
      .filter(({ record, image }) => !isUsed(image) && isOurs(record, image) && !has(image, kept))
      .filter(({ record }) => now - record.pulledAt >= minimumAge)
      .sort((a, b) => a.record.lastUsedAt - b.record.lastUsedAt)
      .map(({ image }) => image),
    inUse: present.filter(({ image }) => isUsed(image)).map(({ image }) => image.id),
    gone: records.filter(({ id }) => !there.has(id)).map(({ id }) => id),
  };
}

const namesOf = ({ repoTags, repoDigests }: ImageSummary) => [...repoTags, ...repoDigests].map(fullReference);

function isOurs({ names }: ImageRecord, { repoTags, repoDigests }: ImageSummary): boolean {
  const ours = new Set(names.map(fullReference));
  const repositories = new Set(names.map(repositoryOf));
  return (
    repoTags.every((tag) => ours.has(fullReference(tag))) &&
    repoDigests.every((digest) => repositories.has(repositoryOf(digest)))
  );
}
