import { ecsArchitecture } from '../../hosts/probe.js';
import type { EngineInfo, ImageDetails } from '../../hosts/docker-host.js';

/** How an engine keeps images: a classic one by their layers, the others by what came from a registry. */
export type ImageStore = 'classic' | 'containerd';

/** An image, where it is. */
export interface Placed {
  image: ImageDetails;
  store: ImageStore;
}

/** What a host has already. */
export interface Holdings {
  store: ImageStore;
  /** Under the name of the image to come. */
  named: ImageDetails | undefined;
  /** All of its images. */
  images: readonly ImageDetails[];
}

export type Plan =
  | { kind: 'present' }
  /** It is there under another name. */
  | { kind: 'tag'; id: string }
  /** The lowest so many layers are there, and need not be sent. */
  | { kind: 'send'; store: ImageStore; omit: number };

/** Docker's name of its store on containerd; everything else is a graph driver. */
export const imageStoreOf = ({ driverStatus }: EngineInfo): ImageStore =>
  driverStatus['driver-type']?.startsWith('io.containerd.') ? 'containerd' : 'classic';

/** Pure. What a host needs of an image. A store on containerd doesn't tell what it has of an image: it gets the whole. */
export function planPush(source: Placed, { store, named, images }: Holdings): Plan {
  const isSame = (image: ImageDetails) => isSameImage(source, { image, store });
  if (named !== undefined && isSame(named)) return { kind: 'present' };
  const elsewhere = images.find(isSame);
  if (elsewhere !== undefined) return { kind: 'tag', id: elsewhere.id };
  if (store === 'containerd') return { kind: 'send', store, omit: 0 };
  const { layers } = source.image;
  return {
    kind: 'send',
    store,
    omit: Math.max(0, ...images.map((image) => commonLayers(layers, image.layers))),
  };
}

/**
 * Pure. An image's id is the digest of its configuration in a classic store, and of its manifest in one on containerd:
 * between the two what containers get of it is compared. Where both mean the same, only the id counts: it is what an
 * engine works out of what it was sent, and the rest is what a source says of itself.
 */
export function isSameImage(a: Placed, b: Placed): boolean {
  return a.store === b.store ? a.image.id === b.image.id : hasSameContent(a.image, b.image);
}

/** The same files and the same configuration. */
function hasSameContent(a: ImageDetails, b: ImageDetails): boolean {
  return (
    a.layers.length > 0 &&
    a.layers.length === commonLayers(a.layers, b.layers) &&
    a.layers.length === b.layers.length &&
    a.configHash === b.configHash &&
    a.architecture === b.architecture &&
    a.os === b.os
  );
}

/** How many layers are the same, from the lowest on: above the first that differs nothing is shared. */
function commonLayers(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((layer, i) => layer !== b[i]);
  return differs < 0 ? a.length : differs;
}

const kinds = ['x86_64', 'arm64'];

/** Pure. What the image is made for, where the host can't run that; others may run what they are not, such as 386. */
export function foreignArchitecture(image: ImageDetails, info: EngineInfo): string | undefined {
  const [made, has] = [ecsArchitecture(image.architecture), ecsArchitecture(info.architecture)];
  return made !== has && kinds.includes(made) && kinds.includes(has) ? made : undefined;
}
