/**
 * What a listing costs by what the state holds: one page of `list-tasks --no-refresh` with 10,000 tasks in the state
 * against 100, in ECS's way and in the AWS CLI's; and all 10,000 listed and queried, against one page of them:
 * `tsx bench/state.ts [rounds]`. Prints ratios of medians and the peak memory.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fill } from './filled-state.js';
import { takeTurns, verdict } from './measure.js';

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'run.js');
const home = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
const peakFile = join(home, 'peak');
const preload = join(home, 'peak.cjs');

async function list(state: string, ...more: string[]): Promise<void> {
  const words = ['--require', preload, program, 'list-tasks', '--no-refresh', '--state', state, ...more];
  const { status, stderr } = spawnSync(process.execPath, words, {
    env: { ...process.env, XDG_CACHE_HOME: home },
  });
  if (status !== 0) throw new Error(stderr.toString());
}

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 21);
  writeFileSync(
    preload,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS)));`,
  );
  try {
    const [few, many] = [join(home, 'few.db'), join(home, 'many.db')];
    await fill(few, 100);
    await fill(many, 10_000);
    const page = ['--max-results', '100'];
    const [less = NaN, more = NaN, item = NaN, all = NaN, query = NaN] = await takeTurns(
      [
        { name: '100', run: () => list(few, ...page) },
        { name: '10,000', run: () => list(many, ...page) },
        { name: '10,000, --max-items 100', run: () => list(many, '--max-items', '100') },
        { name: '10,000, all', run: () => list(many) },
        { name: '10,000, --query', run: () => list(many, '--query', 'length(taskArns)') },
      ],
      rounds,
    );
    const with100 = { name: 'with 100', time: less };
    console.log(verdict('list-tasks --no-refresh, one page, 10,000 tasks', more, with100, 1.5));
    console.log(verdict('the same by --max-items 100', item, with100, 1.5));
    const onePage = { name: 'one page', time: more };
    console.log(verdict('all of them', all, onePage, 3));
    console.log(verdict('all of them, --query', query, onePage, 3));
    // Of the last one, which held all of them.
    const peak = Number(readFileSync(peakFile, 'utf8')) / 1024;
    console.log(`peak memory ${peak.toFixed(0)} MiB; ${peak <= 150 ? 'ok' : 'TOO MUCH'}, at most 150`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

void main();
