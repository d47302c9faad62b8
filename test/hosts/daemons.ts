import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { askEngine } from './engine-api.js';
import type { TestHost } from './host.js';
import { waitUntil } from './wait.js';

/** Shell commands that run inside a host. */
export const startSshdCommand = '/usr/sbin/sshd -f /etc/ssh/sshd_config -E /var/log/sshd.log';
export const startEngineCommand =
  'rm -f /run/docker.pid; setsid dockerd >>/var/log/dockerd.log 2>&1 </dev/null &';

type Daemon = { name: string; pidFile: string };
const engine: Daemon = { name: 'engine', pidFile: 'run/docker.pid' };
const containerd: Daemon = { name: 'containerd', pidFile: 'run/docker/containerd/containerd.pid' };
const sshd: Daemon = { name: 'sshd', pidFile: 'run/sshd.pid' };

/** Start the engine and wait until it answers. */
export async function startEngine(host: TestHost): Promise<void> {
  await host.shell(startEngineCommand);
  await engineAnswers(host);
}

export async function engineAnswers(host: TestHost): Promise<void> {
  try {
    await waitUntil(`The engine of ${host.name} answering`, 30_000, () => enginePing(host));
  } catch (error) {
    throw new Error(`The engine of ${host.name} did not start:\n${host.logTail('var/log/dockerd.log')}`, {
      cause: error,
    });
  }
}

/** Whether the engine answers within `timeoutMs` (default 2,000); throws when there is no socket. */
export async function enginePing(host: TestHost, timeoutMs = 2000): Promise<boolean> {
  const answer = await askEngine(host.dockerSocket, 'GET', '/_ping', { timeoutMs });
  return answer.status === 200;
}

/** End the engine as a service manager does; its containers stop with it. */
export async function stopEngine(host: TestHost): Promise<void> {
  await signal(host, engine, 'TERM');
  await gone(host, engine, 30_000);
}

/** SIGKILL to the engine and its containerd; containers go on running without them. */
export async function killEngine(host: TestHost): Promise<void> {
  await signal(host, engine, 'KILL');
  await signal(host, containerd, 'KILL');
  await gone(host, engine);
  await gone(host, containerd);
}

/** A stopped engine still accepts connections (the kernel does), but never answers. */
export const pauseEngine = (host: TestHost): Promise<void> => signal(host, engine, 'STOP');
export const resumeEngine = (host: TestHost): Promise<void> => signal(host, engine, 'CONT');

export async function startSshd(host: TestHost): Promise<void> {
  await host.shell(startSshdCommand);
  await sshdListens(host);
}

/** sshd writes its pid file once it listens. */
export async function sshdListens(host: TestHost): Promise<void> {
  await waitUntil(`sshd of ${host.name} listening`, 30_000, () => daemonPid(host, sshd) !== undefined);
}

/** End the listening sshd; sessions that are open stay, as with `systemctl stop ssh`. */
export async function stopSshd(host: TestHost): Promise<void> {
  await signal(host, sshd, 'TERM');
  await gone(host, sshd);
}

export const pauseSshd = (host: TestHost): Promise<void> => signal(host, sshd, 'STOP');
export const resumeSshd = (host: TestHost): Promise<void> => signal(host, sshd, 'CONT');

/** Have sshd read its configuration and keys again. */
export async function reloadSshd(host: TestHost): Promise<void> {
  const pid = daemonPid(host, sshd);
  rmSync(join(host.root, sshd.pidFile), { force: true });
  await host.shell('kill -HUP "$1"', [String(pid)]);
  await sshdListens(host);
}

/** Cut all open SSH connections off; sshd itself goes on listening. */
export async function dropSshSessions(host: TestHost): Promise<void> {
  const pid = daemonPid(host, sshd);
  // `comm` holds a program's name whatever title the process gave itself (newer ones are called sshd-session).
  await host.shell(
    'for p in /proc/[0-9]*; do read -r name <"$p/comm" || continue; ' +
      'case $name in sshd*) [ "${p#/proc/}" = "$1" ] || kill -9 "${p#/proc/}";; esac; done 2>/dev/null; true',
    [String(pid ?? 0)],
  );
}

/** The daemon's process id inside the host, if it runs. */
function daemonPid(host: TestHost, daemon: Daemon): number | undefined {
  const file = join(host.root, daemon.pidFile);
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  return pid > 0 && existsSync(join(host.root, 'proc', String(pid))) ? pid : undefined;
}

async function signal(host: TestHost, daemon: Daemon, name: string): Promise<void> {
  const pid = daemonPid(host, daemon);
  if (pid !== undefined) await host.shell('kill -"$1" "$2" 2>/dev/null || true', [name, String(pid)]);
}

async function gone(host: TestHost, daemon: Daemon, timeoutMs = 10_000): Promise<void> {
  await waitUntil(
    `The end of ${host.name}'s ${daemon.name}`,
    timeoutMs,
    () => daemonPid(host, daemon) === undefined,
  );
}
