import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../bin/run.js');
const dir = mkdtempSync(join(tmpdir(), 'longshore-startup-'));
const hook = join(dir, 'loaded.cjs');
const run = promisify(execFile);

/** Runs a command and tells which files and parts of Node.js it has loaded. */
async function loadedBy(...argv: string[]): Promise<{ files: string[]; builtins: string[] }> {
  const env = { PATH: process.env.PATH, HOME: dir };
  const { stderr } = await run(process.execPath, ['-r', hook, program, ...argv], { env });
  return JSON.parse(stderr) as { files: string[]; builtins: string[] };
}

beforeAll(() => {
  writeFileSync(
    hook,
    `process.on('exit', () => console.error(JSON.stringify({
       files: Object.keys(require.cache).map((path) => path.replace(/.*[\\\\/]/, '')),
       builtins: process.moduleLoadList.map((name) => name.replace('NativeModule ', '')),
     })));`,
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('what a command loads', () => {
  it('is no SSH, Docker, prompts, YAML or validation library for a verb that reads the state', async () => {
    const { files, builtins } = await loadedBy('list-clusters');
    expect(files).toContain('longshore.cjs');
    expect(files).not.toContain('packages.cjs');
    for (const name of ['http', 'https', 'tls', 'zlib', 'child_process', 'readline'])
      expect(builtins).not.toContain(name);
  });

  it('is neither the state for --version', async () => {
    const { files } = await loadedBy('--version');
    expect(files.filter((name) => name.endsWith('.node'))).toEqual([]);
  });

  it('are packages where they are needed', async () => {
    const { files } = await loadedBy('list-clusters', '--output', 'yaml');
    expect(files).toContain('packages.cjs');
  });

  it('comes from a code cache of the user alone, one for each verb, that may be spoilt', async () => {
    const cache = join(dir, '.cache/longshore/code');
    const folders = readdirSync(cache).map((build) => join(cache, build));
    const files = folders.map((folder) => join(folder, 'list-clusters'));
    for (const folder of folders) expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of files) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      writeFileSync(file, 'spoilt');
    }
    expect((await loadedBy('list-clusters', '--output', 'yaml')).files).toContain('longshore.cjs');
    for (const file of files) expect(statSync(file).size).toBeGreaterThan(10_000);
  });
});
