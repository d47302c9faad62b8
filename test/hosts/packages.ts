import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, run } from './run.js';

export type Verdict = { ok: true } | { ok: false; reason: string; remedy: string };

/** Programs that the hosts are made of, and the Debian package that has each. */
const programs: Record<string, string> = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  containerd: 'containerd',
  runc: 'runc',
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  ip: 'iproute2',
  iptables: 'iptables',
  busybox: 'busybox-static',
  nsenter: 'util-linux',
  unshare: 'util-linux',
};

/**
 * Whether real test hosts can be brought up here, perhaps after installing packages; if not, why, and what to do.
 * Changes nothing and takes some milliseconds.
 */
export function canRunHosts(): Verdict {
  if (process.platform !== 'linux') {
    return no(`test hosts need Linux, this is ${process.platform}`, 'Use a virtual machine with Debian 12.');
  }

  if (process.getuid?.() !== 0) {
    return no('test hosts need root', 'Run it as root, for example in a virtual machine with Debian 12.');
  }

  const missing = missingPackages();
  if (missing.length > 0 && !onPath('apt-get')) {
    return no(
      `programs are missing: ${missing.join(', ')}`,
      'Install Docker Engine, OpenSSH, iproute2, iptables and a static busybox.',
    );
  }

  const own = ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork'];
  const trial = spawnSync('unshare', [...own, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
    env: environment(),
  });
  if (trial.status !== 0) {
    return no(
      'this process may not make namespaces and mounts (an unprivileged container?)',
      'Use a virtual machine, or `docker run --privileged`.',
    );
  }

  return cgroupsMounted()
    ? { ok: true }
    : no('no cgroups are mounted at /sys/fs/cgroup', 'Mount them: mount -t cgroup2 none /sys/fs/cgroup');
}

/** Packages of which a program is not there. */
function missingPackages(wanted = programs): string[] {
  const missing = Object.entries(wanted).filter(([program]) => !onPath(program));
  const packages = new Set(missing.map(([, name]) => name));
  if (wanted === programs && !hasStaticBusybox()) packages.add('busybox-static');
  return [...packages];
}

/**
 * Install what is missing of the programs that hosts are made of.
 * @throws Error with the remedy where it is not possible
 */
export async function ensurePackages(log: (line: string) => void = () => {}): Promise<void> {
  const verdict = canRunHosts();
  if (!verdict.ok) throw new Error(`No test hosts here: ${verdict.reason}. ${verdict.remedy}`);
  await ensurePrograms(programs, log);
}

/**
 * Install what is missing of these programs (name: Debian package); for what only some tests need. The machine's own
 * life does not change: services of new packages are not started, now or at the next boot.
 * @throws Error where a package can't be had
 */
export async function ensurePrograms(
  wanted: Record<string, string>,
  log: (line: string) => void = () => {},
): Promise<void> {
  const missing = missingPackages(wanted);
  if (missing.length === 0) return;

  log(`installing ${missing.join(', ')} for the tests`);
  await withoutServices(() => install(missing));
  await disableServices(missing);

  const still = missingPackages(wanted);
  if (still.length > 0) throw new Error(`Not there even after apt-get install: ${still.join(', ')}.`);
}

/** Installs packages without services, where that is possible. */
export async function ensureDebianPackages(names: string[]): Promise<Verdict> {
  const remedy = `Install ${names.join(', ')}, or run it as root on Debian 12.`;
  if (process.getuid?.() !== 0 || !onPath('apt-get'))
    return no(`${names.join(', ')} can't be installed`, remedy);
  try {
    await install(names);
    return { ok: true };
  } catch (error) {
    return no((error as Error).message, remedy);
  }
}

async function install(names: string[]): Promise<void> {
  const command = ['apt-get', 'install', '-qq', '-y', '--no-install-recommends', ...names];
  const options = { env: { ...environment(), DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 900_000 };
  const first = await run(command, { ...options, mayFail: true });
  if (first.code === 0) return;
  // The package lists are missing or old.
  await run(['apt-get', 'update', '-qq'], options);
  await run(command, options);
}

/** Debian's own way to keep packages from starting their services: a policy program that says no. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

async function disableServices(packages: string[]): Promise<void> {
  if (!existsSync('/run/systemd/system')) return;
  const units = packages.flatMap((name) => services[name] ?? []);
  for (const unit of units) await run(['systemctl', 'disable', '--quiet', unit], { mayFail: true });
}

const services: Record<string, string[]> = {
  'docker.io': ['docker.service', 'docker.socket'],
  containerd: ['containerd.service'],
  'openssh-server': ['ssh.service', 'ssh.socket'],
  'docker-registry': ['docker-registry.service'],
  caddy: ['caddy.service'],
};

function no(reason: string, remedy: string): Verdict {
  return { ok: false, reason, remedy };
}

function onPath(program: string): boolean {
  const folders = (environment().PATH ?? '').split(':');
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function hasStaticBusybox(): boolean {
  return ['/bin/busybox', '/usr/bin/busybox'].some(
    (path) => existsSync(path) && spawnSync('ldd', [path]).status !== 0,
  );
}

function cgroupsMounted(): boolean {
  return /^\S+ \/sys\/fs\/cgroup\S* cgroup2? /m.test(readFileSync('/proc/mounts', 'utf8'));
}
