import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { version } from '../../../package.json';
import { type AppOptions, openEngine } from '../../../src/lib/app.js';
import type { LongshoreCommand } from '../../../src/lib/cli/command.js';
import type { Engine } from '../../../src/lib/engine/engine.js';
import { createLocalEngine } from '../../../src/lib/engine/local-engine.js';
import { serveEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { serve } from '../../../src/lib/server/serve.js';
import { run, type Ran, type RunOptions } from '../../unit/cli/kit.js';
import { type Scene, Scenes, verbLines } from '../../unit/cli/verb-lines.js';

const folder = mkdtempSync(join(tmpdir(), 'longshore-parity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const scenes = new Scenes(folder);

describe.each(Object.keys(verbLines).sort())('%s', (verb) => {
  const argv = (stage: Scene) => verbLines[verb]?.argv(stage) ?? [];

  it('prints the same over a server', async () => {
    await expectParity({ verb, argv });
  });

  it('shows people the same over a server', async () => {
    await expectParity({ verb, argv, options: { people: true } });
  });
});

interface Case {
  verb: string;
  argv: (stage: Scene) => string[];
  options?: RunOptions;
  /** Done to the scene before. */
  before?: (stage: Scene) => void;
}

const noHost = ({ made }: Scene) => void made.hosts.hosts.delete('web2');
const line = (verb: string, ...argv: string[]): Case => ({ verb, argv: () => argv });

const faults: [number, string, Case][] = [
  [1, 'a cluster that is not there', line('list-tasks', '--cluster', 'nowhere')],
  [1, 'a definition that is not there', line('run-task', '--task-definition', 'gone')],
  [1, 'a limit', line('run-task', '--task-definition', 'web', '--started-by', 'x'.repeat(200))],
  [1, 'a cluster that is not empty', line('delete-cluster', '--cluster', 'default')],
  [3, 'a host that is not there', line('register-container-instance', '--host', 'nowhere')],
  [
    3,
    'a host of the cluster that does not answer',
    { ...line('describe-container-instances', '--container-instances', 'web1', 'web2'), before: noHost },
  ],
  [3, 'tasks on a host that does not answer', { ...line('list-tasks'), before: noHost }],
  [
    4,
    'a task that fits nowhere',
    line(
      'run-task',
      '--task-definition',
      'web',
      '--overrides',
      '{"containerOverrides":[{"name":"app","memory":90000}]}',
    ),
  ],
  [0, 'a plan', line('run-task', '--task-definition', 'web', '--count', '3', '--dry-run')],
  [0, 'a warning', line('run-task', '--task-definition', 'web', '--launch-type', 'FARGATE')],
  [0, 'a task that is waited for', line('run-task', '--task-definition', 'once', '--wait')],
  [
    7,
    "a command's own code",
    { verb: 'execute-command', argv: ({ task }) => ['--task', task, '--', 'sh', '-c', 'exit 7'] },
  ],
  [
    125,
    'a command in a task that has ended',
    { verb: 'execute-command', argv: ({ stopped }) => ['--task', stopped, '--', 'ls'] },
  ],
  [1, 'logs of a task that is not there', line('logs', '--tasks', '0'.repeat(32))],
  [0, 'logs of a task that has ended', { verb: 'logs', argv: ({ stopped }) => ['--tasks', stopped] }],
  [
    1,
    'a state that is none',
    {
      verb: 'state import',
      argv: () => {
        const path = join(folder, 'none.json');
        writeFileSync(path, '{"format":"another"}');
        return [path, '--replace'];
      },
    },
  ],
  [1, 'a state that is there', { verb: 'state import', argv: ({ state }) => [state] }],
  [2, 'a flag that is none', line('list-tasks', '--nonsense')],
  [1, 'a wrong query of the cluster', line('list-container-instances', '--filter', 'a ==')],
  [1, 'a secret that is not there', line('delete-secret', '--name', 'gone')],
];

describe.each(faults)('exit code %d: %s', (code, _what, given) => {
  it.each([false, true])('is the same over a server (people: %s)', async (people) => {
    expect(await expectParity({ ...given, options: { people } })).toBe(code);
  });
});

/** The exit code of both. */
async function expectParity({ verb, argv, options = {}, before }: Case): Promise<number> {
  const local = await runOn(verb, argv, options, before, async (stage, argvOf) =>
    argvOf(async (given) => {
      const { onEvent: emit, signal } = given;
      return createLocalEngine({ ...stage.made.ctx, emit, signal }, async () => undefined);
    }),
  );
  const remote = await runOn(verb, argv, options, before, async ({ made }, argvOf) => {
    const path = join(folder, 'socket');
    const ending = new AbortController();
    let over: Promise<void> = Promise.resolve();
    await new Promise<unknown>((resolve, reject) => {
      over = serve(
        {
          socket: path,
          listen: [],
          unsigned: false,
          patience: 1,
          logLevel: 'error',
          logTo: { write: (text: string) => void process.stderr.write(text) },
          version,
          keep: false,
          onListening: resolve,
        },
        {
          open: async () => ({
            engine: serveEngine(made.ctx, async () => undefined),
            keys: { find: async () => undefined, areThere: async () => false },
          }),
        },
        ending.signal,
      );
      over.catch(reject);
    });
    try {
      return await argvOf(openEngine, ['--endpoint', `unix://${path}`]);
    } finally {
      ending.abort(new Error('the test is over'));
      await over;
    }
  });
  expect(remote).toEqual(local);
  return local.code;
}

type OpenEngine = (options: AppOptions) => Promise<Engine>;

async function runOn(
  verb: string,
  argv: (stage: Scene) => string[],
  options: RunOptions,
  before: Case['before'],
  way: (stage: Scene, run: (open: OpenEngine, more?: string[]) => Promise<Ran>) => Promise<Ran>,
) {
  const path = `../../../src/commands/${verb.replace(' ', '/')}.ts`;
  const { default: command } = (await import(/* @vite-ignore */ path)) as {
    default: new (argv: string[], config: never) => LongshoreCommand;
  };
  const stage = await (before ? scenes.make() : scenes.for(verb));
  before?.(stage);
  const words = argv(stage);
  const dashes = words.includes('--') ? words.indexOf('--') : words.length;
  const { code, out, err } = await way(stage, (open, more = []) =>
    run(
      command,
      [...words.slice(0, dashes), ...more, ...words.slice(dashes)],
      {},
      { ...options, openEngine: open },
    ),
  );
  return { code, out: withoutChance(out), err: withoutChance(err) };
}

/** Access keys and owners are drawn by chance, and each run has its own times. One may say how it was called. */
const withoutChance = (text: string): string =>
  text
    .replace(/LSAK[A-Z2-7]{16}/g, 'LSAK')
    .replace(/[A-Za-z0-9+/]{40,}={0,2}/g, 'SECRET')
    .replace(/owner\/[0-9a-f]{32}/g, 'owner/ID')
    .replace(/ --endpoint unix:\S+/g, '')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?/g, 'TIME')
    .replace(/"(\w+At|at|time)": ?\d{13}/g, '"$1": TIME')
    // Of a container instance: each change counts, also the one before over the other way.
    .replace(/"version": ?\d+/g, '"version": COUNT')
    .replace(/\d+(\.\d+)? (ms|s)\b/g, 'SECONDS');
