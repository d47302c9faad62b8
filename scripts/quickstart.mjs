/**
 * `npm run quickstart`: the main job on real hosts, from a clean clone. Installs the packages and builds, then hands
 * over to quickstart.ts.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Progress } from './progress.mjs';
import { installPackages, npm, requireNode, root } from './setup.mjs';

requireNode();
const progress = new Progress(4);
await step('packages', () => installPackages());
await step('build', () => npm(['run', '--silent', 'build']));
progress.stop();

const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const main = spawn(process.execPath, [tsx, join(root, 'scripts', 'quickstart.ts')], { stdio: 'inherit' });
// It ends by itself, when it has cleared up. Ctrl-C at a terminal reaches it anyway.
process.on('SIGINT', () => {});
for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => main.kill(name));
main.on('close', (code) => (process.exitCode = code ?? 1));

async function step(name, work) {
  progress.begin(name);
  const { code, output, note } = await work();
  progress.end(name, code === 0 ? note : 'FAILED');
  if (code === 0) return;
  console.error(`\n${output.trim()}`);
  process.exit(1);
}
