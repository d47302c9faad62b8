import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOwnFolder, readOwnFile } from './own-files.js';
import type { ConfigSource } from './ssh-config-sources.js';
import type { SshSettings } from './ssh-settings.js';

/** Raised when SshSettings change their meaning. */
const format = 3;

interface Kept {
  format: number;
  question: unknown;
  sources: ConfigSource[];
  settings: SshSettings;
}

/**
 * The answer to a question, if the files that it came from have not changed since. It says where to connect and through
 * what, so one that anybody else could have written doesn't count.
 */
export async function readCached(
  dir: string,
  question: unknown[],
  sources: readonly ConfigSource[],
): Promise<SshSettings | undefined> {
  try {
    const text = await readOwnFile(dir, fileOf(dir, question));
    if (text === undefined) return undefined;
    const kept = JSON.parse(text) as Kept;
    const holds = kept.format === format && same(kept.question, question) && same(kept.sources, sources);
    return holds ? kept.settings : undefined;
  } catch {
    return undefined; // Not there, or damaged: it can be made again.
  }
}

/** One file a question, put in place at once, readable by the user alone. A cache that can't be written is no error. */
export async function writeCached(
  dir: string,
  question: unknown[],
  sources: readonly ConfigSource[],
  settings: SshSettings,
): Promise<void> {
  const path = fileOf(dir, question);
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    if (!(await isOwnFolder(dir))) return;
    const kept: Kept = { format, question, sources: [...sources], settings };
    await writeFile(draft, JSON.stringify(kept), { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

function fileOf(dir: string, question: unknown[]): string {
  return join(
    dir,
    `ssh-${createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 24)}.json`,
  );
}

/** As JSON sees them: members that are undefined are not there. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
