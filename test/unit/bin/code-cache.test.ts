import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { copyFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const loader = join(import.meta.dirname, '../../../bin/code-cache.js');
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'longshore-code-cache-'));
  mkdirSync(join(dir, 'dist'));
  writeFileSync(join(dir, 'dist/longshore.cjs'), "// build 1\nexports.main = () => console.log('ran');\n");
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Runs the bundle and gives the cache's file; one that isn't believed is written anew. */
function run(): { file: string; inode: number } {
  const words = `require(${JSON.stringify(loader)}).loadBundle(${JSON.stringify(dir)}, ['list-tasks']).main()`;
  const env = { PATH: process.env.PATH, XDG_CACHE_HOME: join(dir, 'cache') };
  expect(execFileSync(process.execPath, ['-e', words], { env, encoding: 'utf8' })).toBe('ran\n');
  const code = join(dir, 'cache/longshore/code');
  const [build = ''] = readdirSync(code);
  const file = join(code, build, 'list-tasks');
  return { file, inode: statSync(file).ino };
}

it('is used while it is the user’s own', () => {
  const { inode } = run();
  expect(run().inode).toBe(inode);
});

const changes: [string, (file: string) => void][] = [
  ['others may write to it', (file) => chmodSync(file, 0o622)],
  ['others may write to its folder', (file) => chmodSync(dirname(file), 0o777)],
  ['it is a link', (file) => (copyFileSync(file, `${file}2`), rmSync(file), symlinkSync(`${file}2`, file))],
  [
    'its folder is a link',
    (file) => (renameSync(dirname(file), join(dir, 'x')), symlinkSync(join(dir, 'x'), dirname(file))),
  ],
  ['it is another’s', (file) => chownSync(file, 65534, 65534)],
];

it.each(changes)('is not used where %s', (what, change) => {
  if (what.endsWith('another’s') && process.getuid?.() !== 0) return;
  const { file } = run();
  change(file);
  const { ino } = statSync(file);
  expect(run().inode).not.toBe(ino);
});
