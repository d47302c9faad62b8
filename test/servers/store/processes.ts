import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export interface Worker {
  child: ChildProcess;
  /** What it has printed since `ready`, line by line: commits that had returned. */
  lines: () => string[];
  /** Resolves with what it wrote to stderr, once it has ended. */
  ended: Promise<string>;
  go: () => void;
}

/** Bundles the worker as the product is bundled: a process then starts in the time of bare node. */
export function bundleWorker(directory: string): string {
  const outfile = resolve(directory, 'store-worker.cjs');
  const entryPoints = [resolve(import.meta.dirname, 'store-worker.ts')];
  buildSync({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    external: ['libsql'],
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
  });
  return outfile;
}

/** Starts workers that have loaded everything and wait for `go`. */
export async function startWorkers(
  bundle: string,
  argv: string[][],
  user: { uid?: number } = {},
): Promise<Worker[]> {
  const workers = argv.map((args) => startWorker(bundle, args, user));
  await Promise.all(workers.map(({ ready }) => ready));
  return workers;
}

function startWorker(
  bundle: string,
  args: string[],
  user: { uid?: number },
): Worker & { ready: Promise<unknown> } {
  const env = { ...process.env, NODE_PATH: resolve('node_modules') };
  const child = spawn(process.execPath, [bundle, ...args], { env, stdio: 'pipe', ...user });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  return {
    child,
    lines: () => out.split('\n').slice(1, -1),
    ended: once(child, 'close').then(() => err),
    go: () => void child.stdin.write('\n'),
    ready: once(child.stdout, 'data'),
  };
}
