import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessTable } from './engine/context.js';

/**
 * Which processes of this machine are alive, told apart from later ones of the same number by their start time:
 * from /proc where there is one, else from `ps`.
 */
export function systemProcesses(): ProcessTable {
  const machine = machineId();
  return {
    self: () => ({
      pid: process.pid,
      startedAt: startTime(process.pid) ?? '',
      machine,
      host: hostname(),
    }),
    isAlive: (other) => (other.machine === machine ? startTime(other.pid) === other.startedAt : undefined),
    // CLOCK_MONOTONIC: since the boot, without the time that the machine slept.
    now: () => Number(process.hrtime.bigint() / 1_000_000n),
  };
}

/** Boot and process namespace: a process number means nothing in another. */
function machineId(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** undefined where no such process lives. */
function startTime(pid: number): string | undefined {
  try {
    // The name in parentheses may hold spaces and parentheses; field 22 (start time) counts from behind it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch (error) {
    if (process.platform === 'linux' || (error as NodeJS.ErrnoException).code !== 'ENOENT') return undefined;
  }
  try {
    // Two processes compare what this prints: it must not follow the user's locale or time zone.
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
    const options = { encoding: 'utf8', env, timeout: 5000 } as const;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || undefined;
  } catch {
    return undefined;
  }
}
