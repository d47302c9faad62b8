import { open } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { secretLimits } from '../api/secret-reference.js';
import { SourceFault } from '../engine/secrets/sources.js';

/** An environment file holds many values. */
const mostBytes = 16 * secretLimits.value;

/** The first of these files that exists; relative ones are looked for in `folder`. Throws SourceFault. */
export async function readClientFile(
  paths: readonly string[],
  folder: string,
  home: string,
): Promise<Buffer> {
  const places = paths.map((path) => placeOf(path, folder, home));
  for (const place of places) {
    const content = await readIfThere(place);
    if (content !== undefined) return content;
  }
  throw new SourceFault(`there is no file ${places.join(' or ')}`);
}

function placeOf(path: string, folder: string, home: string): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return isAbsolute(path) ? path : resolve(folder, path);
}

/** Pipes too, such as a shell's `<(…)`. */
async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of file.createReadStream({ autoClose: false })) {
        chunks.push(chunk as Buffer);
        size += (chunk as Buffer).length;
        if (size > mostBytes) throw new SourceFault(`${path} is larger than ${mostBytes} bytes`);
      }
      return Buffer.concat(chunks);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SourceFault) throw error;
    const { code = 'error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SourceFault(`${path} can't be read (${code})`, undefined, { cause: error });
  }
}
