import { decode, decodeLongPath, decodePax } from 'tar-stream/headers.js';

/** Where an entry of a tar archive stands: the bytes from `start` to `end` are all of it. */
export interface TarEntry {
  /** Without `./` before it and `/` behind it. */
  path: string;
  type: string | null;
  linkTo: string | undefined;
  /** With the headers that belong to it. */
  start: number;
  /** Of the content. */
  at: number;
  size: number;
  end: number;
}

/** Reads so many bytes from an offset on; fewer at the end. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

/** It is no tar archive, or one that broke off. */
export class InvalidTar extends Error {}

const block = 512;
/** Entries, and bytes of a header that is longer than a block: far more than an image has. */
const mostEntries = 10_000;
const longestHeader = 64 * 1024;
/** Characters; images have names of digests. */
const longestPath = 512;

/**
 * The entries of a tar archive that can be read anywhere: headers only are read. (Libraries give streams, where what is
 * left out has to be read as well.) Throws InvalidTar, or what `readAt` throws.
 */
export async function tarEntries(readAt: ReadAt): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  let said: Said = {};
  let [start, headers] = [0, 0];
  for (let at = 0; ;) {
    const header = headerOf(await readAt(at, block));
    if (header === undefined) return entries;
    at += block;
    const longer = longHeaders[header.type ?? ''];
    const size = (longer === undefined ? said.size : undefined) ?? header.size;
    if (!Number.isSafeInteger(size) || size < 0) throw new InvalidTar('it has an entry without a size');
    const next = at + padded(size);
    if (longer !== undefined) {
      if (size > longestHeader) throw new InvalidTar(`it has a header of ${size} bytes`);
      if (++headers > 2 * mostEntries) throw new InvalidTar('it has too many headers');
      const more = longer(await whole(readAt, at, size));
      said = together(said, more, header.type);
    } else {
      if (entries.length === mostEntries) throw new InvalidTar('it has too many entries');
      refuseOdd(header.type, size);
      const { path = header.name, linkTo = header.linkname ?? undefined } = said;
      if (path.length > longestPath) throw new InvalidTar(`it has a path of ${path.length} characters`);
      // The last byte is there: the archive did not break off within this entry.
      if (size > 0) await whole(readAt, at + size - 1, 1);
      entries.push({ path: plain(path), type: header.type, linkTo, start, at, size, end: next });
      said = {};
      start = next;
    }
    at = next;
  }
}

/** undefined at the archive's end. */
function headerOf(bytes: Buffer): (ReturnType<typeof decode> & {}) | undefined {
  if (bytes.length < block) throw new InvalidTar('it broke off');
  try {
    const header = decode(bytes, 'utf8');
    if (header === null) return undefined;
    // A long path to the library, and to nobody else.
    return bytes.toString('latin1', 156, 157) === 'N' ? { ...header, type: null } : header;
  } catch (error) {
    throw new InvalidTar((error as Error).message, { cause: error });
  }
}

/** What the next entry's header has no room for. */
interface Said {
  path?: string;
  linkTo?: string;
  size?: number;
  /** There was a pax header, which takes the place of one before. */
  pax?: true;
}

/**
 * Readers of tar don't agree which of two headers holds, whether an empty text is one, and what one before a global
 * header is for. An archive that says such things shows them different files.
 */
function together(before: Said, more: Said, type: string | null): Said {
  const isTwice = Object.keys(more).some((what) => what in before);
  const isCut = type === 'pax-global-header' && Object.keys(before).length > 0;
  if (isTwice || isCut || more.path === '' || more.linkTo === '')
    throw new InvalidTar('what it says of an entry has two meanings');
  return { ...before, ...more };
}

/** Nor about other kinds of entries, and about contents of what has none. Images have neither. */
function refuseOdd(type: string | null, size: number): void {
  if (!['file', 'directory', 'symlink', 'link'].includes(type ?? ''))
    throw new InvalidTar(`it has an entry of the kind ${type ?? 'unknown'}`);
  if (type !== 'file' && size > 0) throw new InvalidTar(`it has a ${type} with a content`);
}

/** Headers that say something of the next entry, by the type that the library gives them. */
const longHeaders: Record<string, (content: Buffer) => Said> = {
  'pax-header': (content) => {
    const { path, linkpath, size, ...others } = decodePax(content);
    if (Object.keys(others).some((name) => name.startsWith('GNU.sparse.')))
      throw new InvalidTar('it has a file with holes');
    return {
      pax: true,
      ...(path !== undefined && { path }),
      ...(linkpath !== undefined && { linkTo: linkpath }),
      ...(size !== undefined && { size: size === '' ? NaN : Number(size) }),
    };
  },
  'pax-global-header': () => ({}),
  'gnu-long-path': (content) => ({ path: decodeLongPath(content, 'utf8') }),
  'gnu-long-link-path': (content) => ({ linkTo: decodeLongPath(content, 'utf8') }),
};

async function whole(readAt: ReadAt, offset: number, length: number): Promise<Buffer> {
  const bytes = await readAt(offset, length);
  if (bytes.length < length) throw new InvalidTar('it broke off');
  return bytes;
}

const padded = (size: number): number => Math.ceil(size / block) * block;

const plain = (path: string): string => path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
