import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configLines, configRoots, configWords, givenRoot } from './ssh-config-files.js';
import type { LocalUser } from './ssh-settings.js';

export interface IdentitiesOptions {
  local: LocalUser;
  /** Read besides the user's and the system's configuration. */
  sshConfigFile?: string | undefined;
  /** The environment, which values of the configuration may name. */
  variable: (name: string) => string | undefined;
}

const deepest = 16;

/**
 * The files that the SSH configuration names as keys, with those that `named` says as it would (`IdentityFile`): for any
 * host and under any condition, since a key is the user's own whatever it is for. Paths that may be meant where a name
 * depends on the host; those that aren't there needn't be among them. Never throws.
 */
export async function sshIdentities(named: readonly string[], options: IdentitiesOptions): Promise<string[]> {
  const { local, sshConfigFile } = options;
  const given = sshConfigFile === undefined ? [] : [givenRoot(sshConfigFile, local)];
  const found = new Set(named);
  const read = new Set<string>();
  for (const { path, folder } of [...configRoots(local), ...given])
    await collect(path, { ...options, folder, depth: 0, read, found });
  const files = [...found].filter((name) => name.toLowerCase() !== 'none');
  return (await Promise.all(files.map((name) => meant(name, '.', options)))).flat();
}

interface Reading extends IdentitiesOptions {
  /** Where relative includes begin. */
  folder: string;
  depth: number;
  read: Set<string>;
  found: Set<string>;
}

async function collect(path: string, reading: Reading): Promise<void> {
  const { read, found, folder, depth } = reading;
  if (read.has(path) || depth > deepest) return;
  read.add(path);
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const { keyword, value } of configLines(text)) {
    const words = configWords(value);
    if (keyword === 'identityfile') found.add(words[0] ?? '');
    if (keyword !== 'include') continue;
    for (const word of words) {
      for (const file of await meant(word, folder, reading))
        await collect(file, { ...reading, depth: depth + 1 });
    }
  }
}

/** What depends on the host may be anything, but for a slash. */
async function meant(written: string, folder: string, options: IdentitiesOptions): Promise<string[]> {
  const { local, variable } = options;
  const path = written
    .replace(/^~(?=\/|$)/, () => local.home)
    .replace(/\$\{(\w+)\}/g, (_, name: string) => variable(name) ?? '')
    .replace(/%[du]/g, (token) => (token === '%d' ? local.home : local.name));
  const [, ...segments] = resolve(folder, path).split('/');
  let found = ['/'];
  for (const segment of segments)
    found = (await Promise.all(found.map((parent) => under(parent, segment)))).flat();
  return found;
}

async function under(parent: string, segment: string): Promise<string[]> {
  if (!/[%*?[]/.test(segment)) return [join(parent, segment)];
  const pattern = segment
    .split(/(%.|\*|\?|\[[^\]]+\])/)
    .map((part, i) =>
      i % 2 === 0 ? escaped(part) : (wildcards[part] ?? (part.startsWith('[') ? '.' : '.*')),
    )
    .join('');
  const names = await readdir(parent).catch(() => []);
  return names.filter((name) => new RegExp(`^${pattern}$`, 's').test(name)).map((name) => join(parent, name));
}

const wildcards: Record<string, string> = { '?': '.', '%%': '%' };

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
