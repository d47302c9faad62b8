import { spawnSync } from 'node:child_process';
import type { Verdict } from './packages.js';
import { environment } from './run.js';

/**
 * Whether the kernel makes links of a kind (macvlan, ipvlan), as an engine asks it to: by making one, in a network
 * namespace that goes with the question. Programs and rights are as `canRunHosts` wants them.
 */
export function canMakeLinks(kind: string): Verdict {
  const make = 'ip link add one type veth peer name other && ip link add link one name probe type "$1"';
  const trial = spawnSync('unshare', ['--net', 'sh', '-c', make, 'sh', kind], { env: environment() });
  if (trial.status === 0) return { ok: true };
  const remedy = 'Load its module, or use the virtual machine: npm run vm (CONTRIBUTING.md).';
  return { ok: false, reason: `this kernel makes no ${kind} links`, remedy };
}
