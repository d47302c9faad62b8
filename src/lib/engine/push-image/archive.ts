import { posix } from 'node:path';
import { InvalidTar, tarEntries, type ReadAt, type TarEntry } from './tar-entries.js';

/** The archive of one image, as `docker save` writes it, in a file. */
export interface ImageArchive {
  /** Bytes of all of it. */
  size: number;
  entries: ReadonlyMap<string, TarEntry>;
  /** What a classic engine goes by; undefined where there is no such thing. */
  manifest: { config: string; layers: string[] } | undefined;
}

/** Bytes of an archive, from the first to before the second. */
export type Range = readonly [start: number, end: number];

const manifestPath = 'manifest.json';
/** Bytes; an image has some hundred layers at most. */
const largestManifest = 4 * 1024 * 1024;

/** Throws InvalidTar where it is no archive of an image. */
export async function readArchive(size: number, readAt: ReadAt): Promise<ImageArchive> {
  const entries = new Map((await tarEntries(readAt)).map((entry) => [entry.path, entry]));
  const found = entries.get(manifestPath);
  if (found === undefined && !entries.has('index.json')) throw new InvalidTar('it holds no image');
  if (found === undefined) return { size, entries, manifest: undefined };
  if (found.size > largestManifest) throw new InvalidTar(`its manifest has ${found.size} bytes`);
  return { size, entries, manifest: parseManifest(await readAt(found.at, found.size)) };
}

/**
 * What to send to a classic engine that has the lowest `omit` layers: it looks for each layer among its own first, by
 * the digest of all up to that one (moby's image/tarexport/load.go, from 1.10 on), and only then in the archive. A
 * layer that has the content of an earlier one is a link to that. undefined where the archive is of no such kind.
 */
export function rangesWithout(archive: ImageArchive, omit: number): Range[] | undefined {
  if (archive.manifest === undefined) return undefined;
  const { config, layers } = archive.manifest;
  const needed = new Set<TarEntry>();
  for (const path of [manifestPath, config, ...layers.slice(omit)]) {
    let entry = archive.entries.get(path);
    if (entry === undefined) return undefined;
    while (entry !== undefined && !needed.has(entry)) {
      needed.add(entry);
      entry = entry.linkTo === undefined ? undefined : archive.entries.get(targetOf(entry));
    }
  }
  return [...needed].sort((a, b) => a.start - b.start).map(({ start, end }) => [start, end] as const);
}

/** How a tar archive ends; what is cut out of one needs it anew. */
export const tarEnd = Buffer.alloc(1024);

export const bytesOf = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, [start, end]) => sum + end - start, 0);

/** A symbolic link counts from its own folder, a hard one from the archive's. */
function targetOf({ path, type, linkTo = '' }: TarEntry): string {
  return type === 'symlink' ? posix.join(posix.dirname(path), linkTo) : posix.normalize(linkTo);
}

/** `[{"Config": path, "RepoTags": […], "Layers": [path, …]}]`, of one image. */
function parseManifest(content: Buffer): ImageArchive['manifest'] {
  try {
    const [image, ...others] = JSON.parse(content.toString()) as { Config?: unknown; Layers?: unknown }[];
    const { Config: config, Layers: layers = [] } = image ?? {};
    if (others.length > 0 || typeof config !== 'string' || !isTexts(layers)) return undefined;
    return { config, layers };
  } catch (error) {
    throw new InvalidTar('its manifest makes no sense', { cause: error });
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
