/**
 * `longshore serve` under load, on a core of its own: `tsx bench/serve.ts [rounds] [seconds]`. How many signed
 * describe-tasks of one task it answers a second, on connections that are kept; what the number of tasks in the state does
 * to its latency.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { fill } from './filled-state.js';
import { median, verdict } from './measure.js';
import { describes } from './serving/requests.js';
import { percentile, steadily } from './serving/steady.js';
import { type ServerProcess, startServer, takeOwnCore } from './serving/server-process.js';

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'run.js');
const FEW = 500;
const MANY = 50_000;
/** Requests a second at which latency is measured. */
const RATE = 500;

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 7);
  const seconds = Number(process.argv[3] ?? 5);
  const home = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  const servers: ServerProcess[] = [];
  takeOwnCore();
  try {
    for (const count of [FEW, MANY]) {
      const state = join(home, `${count}.db`);
      await fill(state, count);
      servers.push(await startServer(program, state, home));
    }
    const [few, many] = servers as [ServerProcess, ServerProcess];
    await throughput(few, FEW, rounds, seconds);
    await throughput(many, MANY, rounds, seconds);
    await latency(few, many, rounds, seconds);
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
    if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} were not answered`);
    if (round < 0) continue;
    rates.push(result['2xx'] / result.duration);
    costs.push(((server.cpuSeconds() - before) / result['2xx']) * 1e6);
  }
  const rate = median(rates);
  console.log(
    `describe-tasks, ${tasks} tasks: ${rate.toFixed(0)} a second, ${median(costs).toFixed(0)} µs of CPU each; ${rate >= 5000 ? 'ok' : 'TOO FEW'}, at least 5000`,
  );
}

async function latency(few: ServerProcess, many: ServerProcess, rounds: number, seconds: number) {
  const ratios: Record<'p50' | 'p99', number[]> = { p50: [], p99: [] };
  const p50: number[][] = [[], []];
  const p99: number[][] = [[], []];
  for (let round = -1; round < rounds; round++) {
    for (const [i, server] of [few, many].entries()) {
      const requests = describes(server.url, server.credentials, i === 0 ? FEW : MANY);
      const times = await steadily(server.url, requests, RATE, seconds);
      if (round < 0) continue;
      p50[i]?.push(percentile(times, 50));
      p99[i]?.push(percentile(times, 99));
    }
  }
  void ratios;
  for (const [name, [less = [], more = []]] of [['p50', p50], ['p99', p99]] as const) {
    console.log(`${name}: ${median(less).toFixed(3)} ${median(more).toFixed(3)} ratio ${(median(more) / median(less)).toFixed(2)}`);
  }
  void verdict;
}

void main();
