/**
 * What a fresh clone needs before anything else: the right Node, the packages of package-lock.json, and a way to run
 * programs so that their output is at hand when they fail. Plain Node: it runs before a package is there.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the process where Node is older than package.json asks for. */
export function requireNode() {
  const wanted = readJson('package.json').engines.node.replace(/[^0-9.]/g, '');
  if (!isOlder(process.versions.node, wanted)) return;
  console.error(`Longshore needs Node ${wanted} or newer; this is Node ${process.versions.node}.`);
  console.error('Install it from https://nodejs.org or with your version manager, then run this again.');
  process.exit(1);
}

function isOlder(version, wanted) {
  const [a, b] = [version, wanted].map((text) => text.split('.').map(Number));
  const differs = b.findIndex((part, i) => (a[i] ?? 0) !== part);
  return differs >= 0 && (a[differs] ?? 0) < b[differs];
}

/** Whether node_modules holds what package-lock.json says, by npm's own record of what it installed. */
export function packagesAreThere() {
  const record = join('node_modules', '.package-lock.json');
  if (!existsSync(join(root, record))) return false;
  const wanted = Object.entries(readJson('package-lock.json').packages).filter(([path]) => path !== '');
  const present = readJson(record).packages;
  // Optional ones are binaries for other platforms.
  return wanted.every(([path, { version, optional }]) =>
    path in present ? present[path].version === version : optional === true,
  );
}

/** `npm ci`, where it is needed. */
export async function installPackages(onLine) {
  if (packagesAreThere()) return { code: 0, output: '', note: 'already there' };
  return npm(['ci'], { onLine });
}

/** This very npm where npm started us, else the one on the PATH. */
export function npm(args, options) {
  const self = process.env.npm_execpath;
  return self?.endsWith('.js') ? run(process.execPath, [self, ...args], options) : run('npm', args, options);
}

/**
 * Runs a program in the checkout and collects what it prints. `signal` ends it with its children; `onLine` is told each
 * line. Never throws: a program that can't be started has code 127.
 */
export function run(program, args, { onLine = () => {}, signal, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      // A group of its own, so that its children end with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = () => endGroup(child);
    signal?.addEventListener('abort', end);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
        text.split('\n').filter(Boolean).forEach(onLine);
      });
    }
    const finish = (code) => {
      signal?.removeEventListener('abort', end);
      resolve({ code, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.on('close', (code) => finish(code ?? 128));
  });
}

/** SIGTERM first: the tests on real hosts take them down then. */
function endGroup(child) {
  const kill = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // It has ended by itself.
    }
  };
  kill('SIGTERM');
  setTimeout(() => kill('SIGKILL'), 20_000).unref();
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
