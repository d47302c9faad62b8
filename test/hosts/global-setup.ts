import { randomUUID } from 'node:crypto';
import { takeDown } from './cluster.js';
import { identify } from './identity.js';
import { clusterNames, readRecord } from './record.js';

const run = randomUUID();

/**
 * For vitest's `globalSetup`: the test files of one run hand hosts on to each other instead of each bringing up its
 * own. What they brought up is taken down at the end, also of a run that is interrupted, unless
 * LONGSHORE_TEST_KEEP_HOSTS=1.
 */
export function setup(): void {
  if (['1', 'true'].includes(process.env.LONGSHORE_TEST_KEEP_HOSTS ?? '')) return;
  process.env.LONGSHORE_TEST_RUN = run;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Vitest's own would end the process at once.
    process.removeAllListeners(signal);
    process.once(signal, () => void takeDownOurs({ halfWay: true }).finally(() => process.exit(1)));
  }
}

export async function teardown(): Promise<void> {
  await takeDownOurs();
}

/** `halfWay`: also what has no record yet, since the process that was bringing it up has been interrupted, too. */
async function takeDownOurs({ halfWay = false } = {}): Promise<void> {
  for (const name of clusterNames()) {
    const record = readRecord(identify(name));
    if (record === undefined ? halfWay : record.run === run) await takeDown(name);
  }
}
