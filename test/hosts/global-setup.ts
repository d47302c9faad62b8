import { randomUUID } from 'node:crypto';
import { takeDown } from './cluster.js';
import { identify } from './identity.js';
import { clusterNames, readRecord } from './record.js';

const run = randomUUID();

/**
 * For vitest's `globalSetup`: the test files of one run hand hosts on to each other instead of each bringing up its
 * own. What they brought up is taken down at the end, unless LONGSHORE_TEST_KEEP_HOSTS=1.
 */
export function setup(): void {
  if (!['1', 'true'].includes(process.env.LONGSHORE_TEST_KEEP_HOSTS ?? ''))
    process.env.LONGSHORE_TEST_RUN = run;
}

export async function teardown(): Promise<void> {
  for (const name of clusterNames()) {
    if (readRecord(identify(name))?.run === run) await takeDown(name);
  }
}
