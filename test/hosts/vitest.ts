import { describe } from 'vitest';
import { canMakeLinks } from './links.js';
import { canRunHosts, type Verdict } from './packages.js';

const verdict = canRunHosts();

/** `describe` for tests that need real hosts; where there can be none they are skipped, and it is said why. */
export const describeWithHosts: typeof describe | typeof describe.skip = describeIf('on real hosts', verdict);

/** The same, within it, for tests that need links of a kind, which the kernel may lack: they are given the kind. */
export function describeWithLinks(kind: string, tests: (kind: string) => void): void {
  // Where there are no hosts, that has been said.
  if (verdict.ok) describeIf(`of ${kind}`, canMakeLinks(kind))(kind, () => tests(kind));
}

function describeIf(which: string, can: Verdict): typeof describe | typeof describe.skip {
  if (can.ok) return describe;
  console.warn(`\nSKIPPED, tests ${which}: ${can.reason}. ${can.remedy}\n`);
  return describe.skip;
}
