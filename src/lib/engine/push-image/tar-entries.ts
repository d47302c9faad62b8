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

/**
 * The entries of a tar archive that can be read anywhere: headers only are read. (Libraries give streams, where what is
 * left out has to be read as well.) Throws InvalidTar, or what `readAt` throws.
 */
export async function tarEntries(readAt: ReadAt): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  let said: Said = {};
  let start = 0;
  for (let at = 0; ;) {
    const header = headerOf(await readAt(at, block));
    if (header === undefined) return entries;
    at += block;
    const size = said.size ?? header.size;
    if (!Number.isSafeInteger(size) || size < 0) throw new InvalidTar('it has an entry without a size');
    const next = at + padded(size);
    const longer = longHeaders[header.type ?? ''];
    if (longer !== undefined) {
      if (size > longestHeader) throw new InvalidTar(`it has a header of ${size} bytes`);
      said = { ...said, ...longer(await whole(readAt, at, size)) };
    } else {
      if (entries.length === mostEntries) throw new InvalidTar('it has too many entries');
      const { path = header.name, linkTo = header.linkname ?? undefined } = said;
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
    return decode(bytes, 'utf8') ?? undefined;
  } catch (error) {
    throw new InvalidTar((error as Error).message, { cause: error });
  }
}

/** What the next entry's header has no room for. */
interface Said {
  path?: string;
  linkTo?: string;
  size?: number;
}

/** Headers that say something of the next entry, by the type that the library gives them. */
const longHeaders: Record<string, (content: Buffer) => Said> = {
  'pax-header': (content) => {
    const { path, linkpath, size } = decodePax(content);
    return {
      ...(path !== undefined && { path }),
      ...(linkpath !== undefined && { linkTo: linkpath }),
      ...(size !== undefined && { size: Number(size) }),
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
