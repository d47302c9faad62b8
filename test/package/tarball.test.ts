import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const dir = mkdtempSync(join(tmpdir(), 'longshore-package-'));
const prefix = join(dir, 'prefix');
const installed = join(prefix, 'lib/node_modules/longshore');
const run = promisify(execFile);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the packed tarball', () => {
  let files: string[];

  beforeAll(async () => {
    mkdirSync(prefix);
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', dir], { cwd: root });
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    files = packed?.files.map(({ path }) => path) ?? [];
    // What `npm ci` has fetched is in npm's cache: this needs no network after it.
    const install = [
      'install',
      '--global',
      '--prefix',
      prefix,
      '--prefer-offline',
      join(dir, packed?.filename ?? ''),
    ];
    await run('npm', install, { cwd: dir });
  });

  it('holds what runs and what is to be read, and no sources or tests', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'bin/run.js',
        'dist/longshore.cjs',
        'dist/completion.cjs',
        'dist/completion.json',
        'dist/longshore.1',
        'oclif.manifest.json',
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'THIRD-PARTY-LICENSES',
        'docs/task-definitions.md',
        'examples/hello.json',
      ]),
    );
    expect(files.filter((path) => /^(src|test|bench|scripts|node_modules)\//.test(path))).toEqual([]);
  });

  it('brings nothing along but the package with the store’s binary', () => {
    const packages = readdirSync(join(installed, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(packages).toContain('libsql');
    expect(
      packages.filter((name) => !['libsql', '@libsql', '@neon-rs', 'detect-libc'].includes(name)),
    ).toEqual([]);
  });

  it('says its version', async () => {
    const { stdout } = await longshore('--version');
    expect(stdout).toContain(`longshore/${version} `);
  });

  it('shows help', async () => {
    const { stdout } = await longshore('--help');
    expect(stdout).toContain('run-task');
    const { stdout: verb } = await longshore('run-task', '--help');
    expect(verb).toContain('--task-definition');
  });

  it('completes', async () => {
    const { stdout } = await longshore('__complete', 'fish', 'stop-t');
    expect(stdout).toBe('stop-task\tStop a task\n');
  });

  it('brings its man page', () => {
    const page = readFileSync(join(prefix, 'share/man/man1/longshore.1'), 'utf8');
    expect(page).toMatch(/^\.TH LONGSHORE 1 /);
    expect(page).toContain(String.raw`.SS "longshore run\-task`);
  });

  it('works in a home that is empty', async () => {
    const { stdout, stderr } = await longshore('list-clusters');
    expect(JSON.parse(stdout)).toEqual({ clusterArns: [] });
    expect(stderr).toBe('');
    expect(existsSync(join(dir, 'home/.local/state/longshore/state.db'))).toBe(true);
  });
});

async function longshore(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const home = join(dir, 'home');
  mkdirSync(home, { recursive: true });
  return run(join(prefix, 'bin/longshore'), args, { cwd: home, env: { HOME: home, PATH: process.env.PATH } });
}
