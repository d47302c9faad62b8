import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from './identity.js';
import { run } from './run.js';
import { waitUntil } from './wait.js';

/**
 * Remove everything of a cluster from the machine, in whatever state it is: after an orderly run, or after one that was
 * killed half-way. Nothing is looked up in files; the kernel is asked for what carries the cluster's names.
 */
export async function clearLeftovers(cluster: Identity): Promise<void> {
  await killProcesses(cluster);
  await removeNetwork(cluster);
  await unmountAll(cluster.dir);
  removeCgroups(cluster.cgroup);
  removeFolder(cluster.dir);
}

/** What of a cluster is still on the machine, in words; empty after {@link clearLeftovers}. */
export async function findLeftovers(cluster: Identity): Promise<string[]> {
  const { stdout } = await run(['ip', '-o', 'link', 'show', cluster.link], { mayFail: true });
  return [
    ...processesOf(cluster).map((pid) => `process ${pid}`),
    ...(await namespacesOf(cluster)).map((name) => `network namespace ${name}`),
    ...(stdout ? [`link ${cluster.link}`] : []),
    ...mountsBelow(cluster.dir).map((path) => `mount ${path}`),
    ...cgroupFolders(cluster.cgroup).map((path) => `cgroup ${path}`),
    ...(existsSync(cluster.dir) ? [`folder ${cluster.dir}`] : []),
  ];
}

/** Killing a host's first process kills everything in its pid namespace, containers too. */
async function killProcesses(cluster: Identity): Promise<void> {
  await waitUntil(`The end of all processes of test cluster ${cluster.name}`, 20_000, () => {
    const pids = processesOf(cluster);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    }

    return pids.length === 0;
  });
}

function processesOf(cluster: Identity): number[] {
  const marks = Object.entries(cluster.marker).map(([key, value]) => `${key}=${value}\0`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return marks.every((mark) => environ.includes(mark));
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function removeNetwork(cluster: Identity): Promise<void> {
  await run(['ip', 'link', 'del', cluster.link], { mayFail: true });
  for (const name of await namespacesOf(cluster)) await run(['ip', 'netns', 'del', name]);
}

async function namespacesOf(cluster: Identity): Promise<string[]> {
  const { stdout } = await run(['ip', 'netns', 'list'], { mayFail: true });
  const names = stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
  return names.filter((name) => name.startsWith(`${cluster.netnsPrefix}-`));
}

async function unmountAll(dir: string): Promise<void> {
  for (const path of mountsBelow(dir).reverse()) await run(['umount', '--lazy', path]);
}

function mountsBelow(dir: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path === dir || path.startsWith(`${dir}/`));
}

function cgroupFolders(cgroup: string): string[] {
  const root = '/sys/fs/cgroup';
  if (!existsSync(root)) return [];
  const hierarchies = [root, ...readdirSync(root).map((name) => join(root, name))];
  return hierarchies.map((dir) => join(dir, cgroup)).filter((dir) => existsSync(dir));
}

/** Groups are removed as folders, the innermost first; the parent that all clusters share goes with the last. */
function removeCgroups(cgroup: string): void {
  for (const dir of cgroupFolders(cgroup)) {
    removeGroup(dir);
    tryRmdir(join(dir, '..'));
  }
}

function removeGroup(dir: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(dir, entry.name));
  }

  tryRmdir(dir);
}

function tryRmdir(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // In use by another cluster, or its last process is not reaped yet: an empty group does no harm.
  }
}

function removeFolder(dir: string): void {
  const mounted = mountsBelow(dir);
  if (mounted.length > 0) throw new Error(`Still mounted: ${mounted.join(', ')}; not removing ${dir}.`);
  rmSync(dir, { recursive: true, force: true });
}
