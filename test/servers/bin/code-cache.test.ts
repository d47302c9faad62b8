import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cpSync, existsSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const loader = join(import.meta.dirname, '../../../bin/code-cache.js');
const isRoot = process.getuid?.() === 0;
let dir: string;
let cache: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'longshore-code-cache-'));
  cache = join(dir, 'cache');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Runs a bundle that says `word`; V8 itself believes a cache of any source of the same length. */
function run(word: 'ours' | 'evil' = 'ours'): string {
  const root = join(dir, word);
  mkdirSync(join(root, 'dist'), { recursive: true });
  const source = `// build 1\nexports.main = () => console.log('${word}');\n`;
  writeFileSync(join(root, 'dist/longshore.cjs'), source);
  const words = `require(${JSON.stringify(loader)}).loadBundle(${JSON.stringify(root)}, ['list-tasks']).main()`;
  const env = { PATH: process.env.PATH, XDG_CACHE_HOME: cache };
  return execFileSync(process.execPath, ['-e', words], { env, encoding: 'utf8' }).trim();
}

const code = () => join(cache, 'longshore/code');
const buildFolder = () => join(code(), `1-${process.version}-${process.arch}`);
const file = () => join(buildFolder(), 'list-tasks');
const inode = () => statSync(file()).ino;

it('is used while it is the user’s own', () => {
  run('evil');
  const before = inode();
  expect(run()).toBe('evil');
  expect(inode()).toBe(before);
});

it('is written anew, in place of what is not believed', () => {
  run('evil');
  chmodSync(file(), 0o622);
  const before = inode();
  expect(run()).toBe('ours');
  expect(inode()).not.toBe(before);
  expect(run()).toBe('ours');
});

function linkTo(path: string): void {
  renameSync(path, join(dir, 'elsewhere'));
  symlinkSync(join(dir, 'elsewhere'), path);
}

const changes: [string, () => void][] = [
  ['it is a link', () => linkTo(file())],
  ['it is another’s', () => chownSync(file(), 65534, 65534)],
  ...[() => join(cache, 'longshore'), code, buildFolder].flatMap((folder, level): [string, () => void][] => [
    [`others may write to folder ${level}`, () => chmodSync(folder(), 0o777)],
    [`folder ${level} is a link`, () => linkTo(folder())],
    [`folder ${level} is another’s`, () => chownSync(folder(), 65534, 65534)],
  ]),
];

it.each(changes)('is not used where %s', (what, change) => {
  if (what.endsWith('another’s') && !isRoot) return;
  run('evil');
  change();
  expect(run()).toBe('ours');
});

it.each(changes.filter(([what]) => what.includes('folder')))('is not written where %s', (what, change) => {
  if (what.endsWith('another’s') && !isRoot) return;
  run();
  rmSync(file());
  change();
  expect(run()).toBe('ours');
  expect(existsSync(file())).toBe(false);
});

it('makes nothing behind a link that was there first', () => {
  mkdirSync(join(dir, 'theirs'));
  mkdirSync(cache);
  symlinkSync(join(dir, 'theirs'), join(cache, 'longshore'));
  expect(run()).toBe('ours');
  expect(readdirSync(join(dir, 'theirs'))).toEqual([]);
});

it('leaves no draft behind', () => {
  run();
  expect(readdirSync(buildFolder())).toEqual(['list-tasks']);
});

it('forgets builds of a month ago, and nothing else that is old', () => {
  run();
  const old = join(code(), `0-${process.version}-${process.arch}`);
  const notes = join(code(), 'notes');
  const theirs = join(dir, 'theirs');
  const link = join(code(), `2-${process.version}-${process.arch}`);
  cpSync(buildFolder(), old, { recursive: true });
  for (const folder of [notes, theirs]) mkdirSync(folder);
  writeFileSync(join(theirs, 'kept'), '');
  symlinkSync(theirs, link);
  for (const path of [old, notes, theirs]) utimesSync(path, 0, 0);
  rmSync(file());
  run();
  expect(existsSync(old)).toBe(false);
  expect(existsSync(notes)).toBe(true);
  expect(existsSync(join(theirs, 'kept'))).toBe(true);
  expect(existsSync(dirname(link))).toBe(true);
  expect(readdirSync(code())).toContain(`2-${process.version}-${process.arch}`);
});
