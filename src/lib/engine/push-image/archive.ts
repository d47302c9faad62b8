import { posix } from 'node:path';
import { shorten } from '../../api/shorten.js';
import { namesIn, namingFiles, type NamingFiles } from './archive-names.js';
import { fullName } from './image-name.js';
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

/** Bytes; an image has some hundred layers at most. */
const largestManifest = 4 * 1024 * 1024;

/**
 * Reads what an archive says of itself. Whoever holds a host makes its archives: one that would give another name than
 * `reference` to an image is refused, for every host that it goes to would take that over, and so is one of which
 * engines may see other files than are seen here. Throws InvalidTar, also where it is no archive of an image.
 */
export async function readArchive(size: number, readAt: ReadAt, reference: string): Promise<ImageArchive> {
  const list = await tarEntries(readAt);
  refuseAmbiguous(list);
  const entries = new Map(list.map((entry) => [entry.path, entry]));
  const files: NamingFiles = {};
  for (const path of namingFiles) {
    const entry = entries.get(path);
    if (entry !== undefined) files[path] = await parsed(entry, readAt);
  }
  const isThere = (path: keyof NamingFiles) => entries.has(path);
  if (!isThere('manifest.json') && !isThere('index.json')) throw new InvalidTar('it holds no image');
  const other = namesIn(files).find((name) => fullName(name) !== fullName(reference));
  if (other !== undefined) throw new InvalidTar(`it would bring ${JSON.stringify(shorten(other))} along`);
  return { size, entries, manifest: manifestOf(files['manifest.json']) };
}

/** The files that names stand in must be one each, and no path may lead to them by a way around. */
function refuseAmbiguous(list: readonly TarEntry[]): void {
  const seen = new Set<string>();
  const links = new Set(list.filter(({ type }) => type === 'symlink').map(({ path }) => path));
  for (const { path, type } of list) {
    if (path !== '' && (posix.normalize(path) !== path || /^(\/|\.\.(\/|$))/.test(path)))
      throw new InvalidTar('it has a path that leads out of it');
    const folders = path.split('/').map((_, i, parts) => parts.slice(0, i).join('/'));
    if (folders.some((folder) => links.has(folder))) throw new InvalidTar('it has a file behind a link');
    if (!(namingFiles as readonly string[]).includes(path)) continue;
    if (type !== 'file' || seen.has(path)) throw new InvalidTar(`its ${path} is not one file`);
    seen.add(path);
  }
}

async function parsed(entry: TarEntry, readAt: ReadAt): Promise<unknown> {
  if (entry.size > largestManifest) throw new InvalidTar(`its ${entry.path} has ${entry.size} bytes`);
  try {
    return JSON.parse((await readAt(entry.at, entry.size)).toString()) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InvalidTar(`its ${entry.path} makes no sense`);
  }
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
  for (const path of ['manifest.json', config, ...layers.slice(omit)]) {
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
function manifestOf(content: unknown): ImageArchive['manifest'] {
  if (!Array.isArray(content)) return undefined;
  const [image, ...others] = content as ({ Config?: unknown; Layers?: unknown } | null)[];
  const { Config: config, Layers: layers = [] } = image ?? {};
  if (others.length > 0 || typeof config !== 'string' || !isTexts(layers)) return undefined;
  return { config, layers };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
