/**
 * The main job as a user would type it: a cluster of real hosts, a task definition, three tasks; listed, looked at,
 * stopped. With a state of its own and a cluster of its own; what it made it removes again.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPlayground, type Playground } from './quickstart-hosts.js';

const root = join(import.meta.dirname, '..');
const dir = mkdtempSync(join(tmpdir(), 'longshore-quickstart-'));
const say = (line: string) => console.error(line);

let running: ChildProcess | undefined;
let interrupted: NodeJS.Signals | undefined;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    interrupted ??= name;
    running?.kill(name);
  });
}

// Whoever read the output is gone: then there is only the clearing up left to do.
process.stdout.on('error', () => (interrupted ??= 'SIGPIPE'));

class Failed extends Error {}

quickstart()
  .then(
    () => 0,
    (error: unknown) => {
      if (interrupted !== undefined) return 130;
      say(`\n${error instanceof Error ? error.message : String(error)}`);
      return 1;
    },
  )
  .then((code) => {
    rmSync(dir, { recursive: true, force: true });
    process.exitCode = code;
  });

async function quickstart(): Promise<void> {
  const began = Date.now();
  const playground = await findPlayground(process.env, (line) => say(`    ${line}`));
  say(`[3/4] hosts … ${Math.round((Date.now() - began) / 1000)} s: ${playground.what}`);
  try {
    say(`[4/4] the main job\n`);
    await mainJob(playground);
  } finally {
    say(`\n${interrupted ? 'interrupted; ' : ''}clearing up: everything that this made is removed`);
    await playground.close();
  }
  say(whatNext);
}

async function mainJob({ cluster, hosts, isShared, env, image }: Playground): Promise<void> {
  const longshore = commands({
    ...env,
    LONGSHORE_STATE: join(dir, 'state.db'),
    XDG_CACHE_HOME: join(dir, 'cache'),
  });
  say(
    `(With ${Object.keys(env).concat('LONGSHORE_STATE').join(' and ')} set, so that nothing of yours is touched.)\n`,
  );
  const on = ['--cluster', cluster];
  const flags = isShared ? ['--shared'] : [];
  await longshore.show('create-cluster', '--cluster-name', cluster, '--hosts', ...hosts, ...flags);
  await longshore.show('register-task-definition', '--cli-input-json', `file://${definition(image)}`);
  await longshore.show('run-task', ...on, '--task-definition', 'hello', '--count', '3');
  await longshore.show('list-tasks', ...on);
  const { taskArns } = await longshore.ask<{ taskArns: string[] }>('list-tasks', ...on, '--no-refresh');
  const task = taskArns[0]?.split('/').at(-1)?.slice(0, 8) ?? '';
  await longshore.show('describe-tasks', ...on, '--tasks', task);
  await sleep(1500);
  await longshore.show('logs', ...on, '--task', task);
  await longshore.show('stop-task', ...on, '--task', task);
  await longshore.show('list-tasks', ...on);
}

/** examples/hello.json, or a copy of it with the image that is there. */
function definition(image: string): string {
  const example = 'examples/hello.json';
  if (image === 'busybox') return example;
  const text = readFileSync(join(root, example), 'utf8').replace('"image": "busybox"', `"image": "${image}"`);
  writeFileSync(join(dir, 'hello.json'), text);
  return join(dir, 'hello.json');
}

/** Longshore's own executable. Both functions throw where a command fails or the user wants to end. */
function commands(variables: Record<string, string>) {
  const start = (args: string[], stdout: 'inherit' | 'pipe') => {
    if (interrupted !== undefined) throw new Failed(interrupted);
    running = spawn(process.execPath, [join(root, 'bin', 'run.js'), ...args], {
      cwd: root,
      env: { ...process.env, ...variables },
      stdio: ['inherit', stdout, 'inherit'],
    });
    return running;
  };
  return {
    /** The command as a user would type it, and what it prints. */
    show: async (...args: string[]) => {
      process.stdout.write(`$ longshore ${args.join(' ')}\n`);
      await ended(start(args, 'inherit'), args);
      process.stdout.write('\n');
    },
    ask: async <Answer>(...args: string[]): Promise<Answer> => {
      const child = start([...args, '--output', 'json'], 'pipe');
      const chunks: Buffer[] = [];
      child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
      await ended(child, args);
      return JSON.parse(Buffer.concat(chunks).toString()) as Answer;
    },
  };
}

function ended(child: ChildProcess, [verb]: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Failed(`longshore ${verb} ended with ${code}; the reason stands above.`)),
    );
  });
}

const whatNext = `
Next, with hosts of your own (each with Docker, reached by ssh as you reach them now):
  npm install --global .
  longshore create-cluster --hosts USER@HOST USER@HOST
  longshore register-task-definition --cli-input-json file://examples/hello.json
  longshore run-task --task-definition hello --wait --follow
README.md says more; npm test runs all tests.`;
