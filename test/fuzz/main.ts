import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';

/** Sends hostile requests to a server of longshore; what must not be is told, and ends it with 1. */
const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const count = Number(values.count);
const seed = Number(values.seed);

async function main(): Promise<number> {
  const begun = performance.now();
  const report = await fuzz(count, seed, (done) => process.stderr.write(`${done} of ${count}\n`));
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  process.stdout.write(`${JSON.stringify({ count, seed, seconds, ...report }, undefined, 2)}\n`);
  return report.faults.length === 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
