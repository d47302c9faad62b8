import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngineCommand, startSshdCommand } from './daemons.js';

/** What every process of a host starts out with, instead of this process's environment. */
export const hostEnvironment = {
  PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  // Swarm, which benchmarks are against, would look for a registry for ten seconds with each task.
  DOCKER_SERVICE_PREFER_OFFLINE_IMAGE: '1',
};

export type Boot = {
  name: string;
  /** Where the process id and the boot log are kept. */
  dir: string;
  disk: string;
  netns: string;
  engine: boolean;
  env: Record<string, string>;
};

/** Start a host's first process, in namespaces of its own; it outlives us. It runs once `runningPid` knows it. */
export function bootHost(boot: Boot): void {
  rmSync(pidFile(boot.dir), { force: true });
  const log = openSync(logFile(boot.dir), 'w');
  const script = join(dirname(fileURLToPath(import.meta.url)), 'boot-host.sh');
  const own = ['--mount', '--uts', '--ipc', '--pid', '--fork'];
  const child = spawn('nsenter', [`--net=/run/netns/${boot.netns}`, 'unshare', ...own, 'sh', script], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      ...hostEnvironment,
      ...boot.env,
      DISK: boot.disk,
      HOST_NAME: boot.name,
      PID_FILE: pidFile(boot.dir),
      START_SSHD: startSshdCommand,
      START_ENGINE: boot.engine ? startEngineCommand : '',
    },
  });
  child.on('error', (error) => writeFileSync(logFile(boot.dir), error.message));
  child.unref();
  closeSync(log);
}

/** The noted process, if it is (still) the host's: numbers are used again after a crash. */
export function runningPid(dir: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile(dir), 'utf8'));
    const environ = pid > 0 ? readFileSync(`/proc/${pid}/environ`, 'utf8') : '';
    return environ.includes(`PID_FILE=${pidFile(dir)}\0`) ? pid : undefined;
  } catch {
    return undefined;
  }
}

export function bootLog(dir: string): string {
  return readFileSync(logFile(dir), 'utf8').trim();
}

const pidFile = (dir: string): string => join(dir, 'host.pid');
const logFile = (dir: string): string => join(dir, 'boot.log');
