/**
 * `longshore serve` under load, on a core of its own: `tsx bench/serve.ts [rounds] [seconds]`. How many signed
 * describe-tasks of one task it answers a second, on connections that are kept; what the number of tasks in the state does
 * to its latency; whether its memory stays.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { fill } from './filled-state.js';
import { median } from './measure.js';
import { describes } from './serving/requests.js';
import { percentile, steadily } from './serving/steady.js';
import { churn, type ServerProcess, startServer, takeOwnCore } from './serving/server-process.js';

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'run.js');
const FEW = 500;
const MANY = 50_000;
/** Requests a second at which latency is measured. */
const RATE = 500;
const MOST_RATIO = 1.3;
/** Of memory, by nine times as many requests: a leak of a few hundred bytes each would be more. */
const MOST_GROWTH = 1.2;

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 7);
  const seconds = Number(process.argv[3] ?? 5);
  const home = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  const stateOf = (count: number) => join(home, `${count}.db`);
  const servers: ServerProcess[] = [];
  takeOwnCore();
  try {
    for (const count of [FEW, MANY]) {
      await fill(stateOf(count), count);
      servers.push(await startServer(program, stateOf(count), home));
    }
    const [few, many] = servers as [ServerProcess, ServerProcess];
    await throughput(few, FEW, rounds, seconds);
    await throughput(many, MANY, rounds, seconds);
    await latency('', few, many, rounds, seconds);
    const calm = await Promise.all([FEW, MANY].map((count) => churn(stateOf(count))));
    await latency(', instances come and go', few, many, rounds, seconds);
    for (const end of calm) end();
    await memory(few);
  } finally {
    for (const server of servers) await server.end();
    rmSync(home, { recursive: true, force: true });
  }
}

async function throughput(server: ServerProcess, tasks: number, rounds: number, seconds: number) {
  const { url, credentials } = server;
  const rates: number[] = [];
  const costs: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const requests = describes(url, credentials, tasks);
    const before = server.cpuSeconds();
    const result = await autocannon({ url: url.href, connections: 20, duration: seconds, requests });
    if (result.non2xx + result.errors > 0)
      throw new Error(`${result.non2xx + result.errors} were not answered`);
    if (round < 0) continue;
    rates.push(result['2xx'] / result.duration);
    costs.push(((server.cpuSeconds() - before) / result['2xx']) * 1e6);
  }
  const rate = median(rates);
  console.log(
    `describe-tasks, ${tasks} tasks: ${rate.toFixed(0)} a second, ${median(costs).toFixed(0)} µs of CPU each; ${rate >= 5000 ? 'ok' : 'TOO FEW'}, at least 5000`,
  );
}

async function latency(
  when: string,
  few: ServerProcess,
  many: ServerProcess,
  rounds: number,
  seconds: number,
) {
  const contestants = [
    { server: few, count: FEW, p50: [] as number[], p99: [] as number[] },
    { server: many, count: MANY, p50: [] as number[], p99: [] as number[] },
  ];
  for (let round = -1; round < rounds; round++) {
    for (const { server, count, p50, p99 } of contestants) {
      const requests = describes(server.url, server.credentials, count);
      const times = await steadily(server.url, requests, RATE, seconds);
      if (round < 0) continue;
      p50.push(percentile(times, 50));
      p99.push(percentile(times, 99));
    }
  }
  for (const name of ['p50', 'p99'] as const) {
    const [less = NaN, more = NaN] = contestants.map((one) => median(one[name]));
    const ratio = more / less;
    const kept = ratio <= MOST_RATIO ? 'ok' : 'TOO SLOW';
    console.log(
      `${name} at ${RATE} a second${when}, ${MANY} tasks: ${more.toFixed(2)} ms = ${ratio.toFixed(2)} x with ${FEW} (${less.toFixed(2)} ms); ${kept}, at most ${MOST_RATIO}`,
    );
  }
}

/** So many requests one after another: what memory they leave taken. */
async function memory(server: ServerProcess): Promise<void> {
  const sizes: number[] = [];
  for (const amount of [10_000, 90_000]) {
    const requests = describes(server.url, server.credentials, FEW);
    await autocannon({ url: server.url.href, connections: 20, duration: 280, amount, requests });
    sizes.push(server.residentBytes() / 1024 / 1024);
  }
  const [early = NaN, late = NaN] = sizes;
  const ratio = late / early;
  console.log(
    `memory after 10,000 requests ${early.toFixed(0)} MiB, after 100,000 ${late.toFixed(0)} MiB: ${ratio.toFixed(2)} x; ${ratio <= MOST_GROWTH ? 'ok' : 'IT GROWS'}, at most ${MOST_GROWTH}`,
  );
}

void main();
