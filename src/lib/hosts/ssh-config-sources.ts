import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { configLines, configRoots, configWords, givenRoot } from './ssh-config-files.js';
import type { LocalUser } from './ssh-settings.js';

/** A file (or folder) that an answer of `ssh -G` depends on, as it was. */
export interface ConfigSource {
  path: string;
  /** undefined: it isn't there. */
  changed: number | undefined;
  /** Of its inode: `touch -d` can't set it back. */
  inodeChanged: number | undefined;
  size: number | undefined;
}

const deepest = 8;

/**
 * The files that the SSH configuration consists of, those it includes too. undefined where an answer also depends on
 * something else (a command's result, the network, the environment), so that it must not be kept.
 */
export async function configSources(options: {
  local: LocalUser;
  sshConfigFile?: string;
}): Promise<ConfigSource[] | undefined> {
  const { local, sshConfigFile } = options;
  const found = new Map<string, ConfigSource>();
  const roots = sshConfigFile === undefined ? configRoots(local) : [givenRoot(sshConfigFile, local)];
  for (const { path, folder } of roots) {
    if (!(await collect(path, { folder, home: local.home, depth: 0 }, found))) return undefined;
  }
  // Another version of the program has other defaults.
  await look('/usr/bin/ssh', found);
  return [...found.values()];
}

type Place = { folder: string; home: string; depth: number };

/** False where the answer can't be kept. */
async function collect(path: string, place: Place, found: Map<string, ConfigSource>): Promise<boolean> {
  if (found.has(path)) return true;
  if (place.depth > deepest) return false;
  await look(path, found);
  const text = await readFile(path, 'utf8').catch(() => '');
  // Variables of the environment may stand in any value.
  if (text.includes('${')) return false;
  for (const { keyword, value } of configLines(text)) {
    switch (keyword) {
      case 'match':
        if (/\b(exec|localnetwork|command|sessiontype|version)\b/i.test(value)) return false;
        break;
      case 'canonicalizehostname':
        if (!/^"?no"?\s*$/i.test(value)) return false;
        break;
      case 'include':
        if (!(await collectIncludes(value, { ...place, depth: place.depth + 1 }, found))) return false;
        break;
    }
  }
  return true;
}

async function collectIncludes(
  value: string,
  place: Place,
  found: Map<string, ConfigSource>,
): Promise<boolean> {
  for (const written of configWords(value)) {
    const home = written.startsWith('~/') ? join(place.home, written.slice(2)) : written;
    const path = isAbsolute(home) ? home : join(place.folder, home);
    const folder = dirname(path);
    if (/[%~]/.test(path) || /[*?[{]/.test(folder)) return false;
    // A file that is added later changes its folder.
    await look(folder, found);
    for (const file of await matching(folder, basename(path))) {
      if (!(await collect(file, place, found))) return false;
    }
  }
  return true;
}

async function matching(folder: string, pattern: string): Promise<string[]> {
  if (!/[*?[{]/.test(pattern)) return [join(folder, pattern)];
  const names = await readdir(folder).catch(() => []);
  // Files that the pattern doesn't mean do no harm here: they only make an answer stale sooner.
  return names.map((name) => join(folder, name));
}

async function look(path: string, found: Map<string, ConfigSource>): Promise<void> {
  const now = await stat(path).catch(() => undefined);
  found.set(path, { path, changed: now?.mtimeMs, inodeChanged: now?.ctimeMs, size: now?.size });
}
