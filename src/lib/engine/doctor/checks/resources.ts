import { clockTolerance, fullDisk, littleDisk } from '../../../hosts/probe.js';
import { failed, ok, unknown, warning, type Check, type Mend } from '../check.js';
import type { HostFacts } from '../facts.js';
import { onHost } from '../remedy.js';

/** What tasks live on: disk, memory, CPU, and the time. */
export const resourceChecks = [disk, clock, memory, swap, cpu];

/** Share of a disk, or of its inodes, below which it is told. */
const littleShare = 0.05;

function disk(facts: HostFacts): Check | undefined {
  const { info, sight } = facts;
  if (info === undefined && sight?.survey === undefined) return undefined;
  const found = sight?.survey?.disk;
  const where = info?.dockerRootDir ?? '/var/lib/docker';
  if (found === undefined) return unknown('disk', `${where} can't be seen`);
  const { freeBytes, totalBytes, freeInodes, totalInodes } = found;
  const detail = `${size(freeBytes)} of ${size(totalBytes)} are free under ${where}`;
  const remedy = onHost(facts, 'docker system prune');
  if (freeBytes < fullDisk) return failed('disk', `${detail}: nothing can be started`, remedy);
  if (totalInodes > 0 && freeInodes / totalInodes < littleShare)
    return warning('disk', `only ${freeInodes} of ${totalInodes} inodes are free under ${where}`, remedy);
  const isLittle = freeBytes < littleDisk || freeBytes / totalBytes < littleShare;
  return isLittle ? warning('disk', `only ${detail}`, remedy) : ok('disk', detail);
}

function clock(facts: HostFacts): Check | undefined {
  if (facts.info === undefined) return undefined;
  const offset = facts.info.clockOffset;
  const seconds = (Math.abs(offset) / 1000).toFixed(1);
  const detail = `${seconds} s ${offset > 0 ? 'ahead of' : 'behind'} this machine's`;
  if (Math.abs(offset) <= clockTolerance) return ok('clock', detail);
  return warning('clock', detail, onHost(facts, '{sudo}timedatectl set-ntp true'));
}

function memory(facts: HostFacts): Check | undefined {
  if (facts.info === undefined) return undefined;
  const { memoryLimit, memoryBytes, cgroupVersion } = facts.info;
  if (memoryLimit) return ok('memory', `${size(memoryBytes)}, limits hold (cgroup v${cgroupVersion})`);
  return failed(
    'memory',
    "the kernel doesn't limit memory: one container can take all of it",
    bootWith(facts, 'cgroup_enable=memory'),
  );
}

function swap(facts: HostFacts): Check | undefined {
  if (facts.info === undefined || !facts.info.memoryLimit) return undefined;
  if (facts.info.swapLimit) return ok('swap', 'limits hold');
  return warning(
    'swap',
    "the kernel doesn't limit swap: a container at its memory's limit goes on in the swap space",
    bootWith(facts, 'swapaccount=1'),
  );
}

function cpu(facts: HostFacts): Check | undefined {
  if (facts.info === undefined) return undefined;
  const { cpus, cpuCfsQuota } = facts.info;
  const count = `${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`;
  if (cpuCfsQuota) return ok('cpu', count);
  return warning(
    'cpu',
    `${count}; the kernel doesn't limit CPU time`,
    'use a kernel with CONFIG_CFS_BANDWIDTH there',
  );
}

const bootWith = (facts: HostFacts, parameter: string): Mend => ({
  remedy: `add ${parameter} to the kernel's command line there: GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub (Raspberry Pi: /boot/firmware/cmdline.txt)`,
  ...onHost(facts, '{sudo}reboot'),
});

/** In powers of 1024, as df -h has them. */
function size(bytes: number): string {
  const [amount, unit] = bytes >= 2 ** 30 ? [bytes / 2 ** 30, 'GiB'] : [bytes / 2 ** 20, 'MiB'];
  return `${amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${unit}`;
}
