import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { attach, bringUp, takeDown, type TestCluster } from './cluster.js';
import { faults, isFaultName } from './faults.js';
import type { TestHost } from './host.js';
import type { ClusterOptions } from './plan.js';
import { clusterNames } from './record.js';

const usage = `Usage: npx tsx test/hosts/cli.ts COMMAND
  up [COUNT] [--jump] [--memory MiB] [--user deploy|root]   bring up hosts (default 3)
  down [--all]               take them down; --all: every cluster of this checkout
  status                     what is up, and what is wrong with it
  ssh HOST [COMMAND]         log in, or run a command line
  exec HOST PROGRAM [ARG…]   run a program inside, without SSH
  docker HOST [ARG…]         run docker inside, without SSH
  faults                     what can be inflicted
  fault HOST FAULT           inflict it
  mend HOST [FAULT]          undo it; without a name, undo everything
  reboot HOST | reimage HOST | drop HOST
                             boot again; install anew (empty disk, other SSH host key); cut SSH sessions off
  --name NAME                before the command: a cluster of another name (default: default)`;

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);

/** @returns the exit code */
async function main(argv: string[]): Promise<number> {
  const { words, options } = parse(argv);
  const [command = 'help', ...rest] = words;
  const name = options.name ?? 'default';
  const log = (line: string) => console.error(line);
  const cluster = () => attached(name);
  const host = () => cluster().host(rest[0] ?? '');

  switch (command) {
    case 'up':
      console.log(describe(await bringUp({ ...shape(rest, options), name, keep: true, log })));
      return 0;
    case 'down':
      for (const each of options.all ? clusterNames() : [name]) await takeDown(each, log);
      return 0;
    case 'status':
      return status();
    case 'ssh':
      return become(['ssh', '-F', cluster().sshConfigPath, host().name, ...rest.slice(1)]);
    case 'exec':
      return inside(host(), rest.slice(1));
    case 'docker':
      return inside(host(), ['docker', ...rest.slice(1)]);
    case 'faults':
      for (const [fault, { what }] of Object.entries(faults)) console.log(`${fault.padEnd(24)}${what}`);
      return 0;
    case 'fault':
      await host().inflict(faultName(rest[1]));
      return 0;
    case 'mend':
      await (rest[1] ? host().mend(faultName(rest[1])) : host().mendAll());
      return 0;
    case 'reboot':
      await host().reboot();
      return 0;
    case 'reimage':
      await host().reimage();
      return 0;
    case 'drop':
      await host().dropSshSessions();
      return 0;
    default:
      console.error(usage);
      return command === 'help' ? 0 : 2;
  }
}

type Options = ReturnType<typeof parse>['options'];

/** Our own options stand before a host's command, which may have options of its own. */
function parse(argv: string[]) {
  const passThrough = argv.findIndex((word) => ['ssh', 'exec', 'docker'].includes(word));
  const end = passThrough < 0 ? argv.length : passThrough;
  const { values, positionals } = parseArgs({
    args: argv.slice(0, end),
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      jump: { type: 'boolean' },
      memory: { type: 'string' },
      user: { type: 'string' },
      all: { type: 'boolean' },
    },
  });
  return { words: [...positionals, ...argv.slice(end)], options: values };
}

function shape(rest: string[], options: Options): ClusterOptions {
  return {
    count: rest[0] === undefined ? 3 : Number(rest[0]),
    jump: options.jump,
    user: options.user === 'root' ? 'root' : 'deploy',
    ...(options.memory ? { memory: Number(options.memory) } : {}),
  };
}

function attached(name: string): TestCluster {
  const cluster = attach(name);
  if (!cluster) throw new Error(`No test hosts "${name}" are up; \`up\` brings them up.`);
  return cluster;
}

function faultName(name = '') {
  if (!isFaultName(name)) throw new Error(`No fault ${JSON.stringify(name)}; \`faults\` lists them.`);
  return name;
}

function describe(cluster: TestCluster): string {
  return [
    ...cluster.machines.map((host) => `${host.name}\t${host.address}\t${host.user}`),
    `ssh -F ${cluster.sshConfigPath} ${cluster.hosts[0]?.name} docker ps`,
  ].join('\n');
}

async function status(): Promise<number> {
  for (const name of clusterNames()) {
    const cluster = attach(name);
    console.log(`${name}: ${cluster ? cluster.sshConfigPath : 'left behind half-way; `down` removes it'}`);
    for (const host of cluster?.machines ?? [])
      console.log(`  ${host.name}\t${host.address}\t${await state(host)}`);
  }

  return 0;
}

async function state(host: TestHost): Promise<string> {
  if (!host.isOn()) return 'off';
  const engine = !host.spec.engine || (await host.engineAnswers()) ? 'up' : 'up, its engine does not answer';
  return [engine, ...host.faults()].join(', ');
}

function inside(host: TestHost, argv: string[]): number {
  return become([
    'nsenter',
    '-t',
    String(host.pid),
    '-m',
    '-u',
    '-i',
    '-n',
    '-p',
    '--root',
    '--wd',
    '--',
    ...argv,
  ]);
}

/** Run a program with this terminal. @returns its exit code */
function become(argv: string[]): number {
  const [program = '', ...args] = argv;
  return spawnSync(program, args, { stdio: 'inherit' }).status ?? 1;
}
