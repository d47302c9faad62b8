/**
 * How long a command takes to start, against Node.js alone: `tsx bench/startup.ts [runs]`.
 * The commands take turns, so that a busy machine troubles all alike; what is printed is ratios of medians of one run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'bin', 'run.js');
const runs = Number(process.argv[2] ?? 41);

/** What is compared with `node -e 0`, and what it may take. */
const rows = [
  { name: 'node -e 0', args: ['-e', '0'], most: undefined },
  { name: 'longshore --version', args: [program, '--version'], most: 1.7 },
  { name: 'longshore list-clusters', args: [program, 'list-clusters'], most: 2.0 },
  {
    name: 'longshore list-tasks --no-refresh',
    args: [program, 'list-tasks', '--no-refresh'],
    most: undefined,
  },
  { name: 'longshore run-task --help', args: [program, 'run-task', '--help'], most: undefined },
];

function main(): void {
  if (!existsSync(join(root, 'dist', 'longshore.cjs'))) throw new Error('run `npm run build` first');
  const home = mkdtempSync(join(tmpdir(), 'longshore-startup-'));
  const env = { ...process.env, XDG_STATE_HOME: home, XDG_CACHE_HOME: home, LONGSHORE_STATE: '' };
  const run = (args: readonly string[]): number => {
    const from = process.hrtime.bigint();
    const { status, stderr } = spawnSync(process.execPath, args, { env });
    const took = Number(process.hrtime.bigint() - from) / 1e6;
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
    return took;
  };
  try {
    run([program, 'create-cluster']);
    for (const { args } of rows) run(args);
    const times = rows.map((): number[] => []);
    for (let i = 0; i < runs; i++) rows.forEach(({ args }, row) => times[row]?.push(run(args)));
    report(times.map(median));
  } finally {
    rmSync(home, { recursive: true });
  }
}

function report(medians: readonly number[]): void {
  const alone = medians[0] ?? NaN;
  console.log(`median of ${runs} runs in turn, Node.js ${process.version}`);
  rows.forEach(({ name, most }, row) => {
    const ratio = (medians[row] ?? NaN) / alone;
    const verdict =
      most === undefined ? '' : ratio <= most ? `  ok (at most ${most})` : `  TOO SLOW (at most ${most})`;
    console.log(
      `${name.padEnd(34)} ${(medians[row] ?? NaN).toFixed(1).padStart(7)} ms  ${ratio.toFixed(2)}${verdict}`,
    );
  });
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

main();
