import { describe } from 'vitest';
import { canRunHosts } from './packages.js';

const verdict = canRunHosts();

/** `describe` for tests that need real hosts; where there can be none they are skipped, and it is said why. */
export const describeWithHosts: typeof describe | typeof describe.skip = verdict.ok ? describe : skipLoudly();

function skipLoudly(): typeof describe.skip {
  if (!verdict.ok) console.warn(`\nSKIPPED, tests on real hosts: ${verdict.reason}. ${verdict.remedy}\n`);
  return describe.skip;
}
