import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '../../src/lib/api/signature.js';

export interface ServerProcess {
  url: URL;
  credentials: Credentials;
  /** Bytes of its memory that are in RAM. */
  residentBytes(): number;
  /** Seconds of CPU time that it has used. */
  cpuSeconds(): number;
  end(): Promise<void>;
}

/** The core that the server has for itself, as far as the machine allows. */
const SERVER_CORE = '0';
const OWN_CORE = '1';

/** This process, which makes the load, leaves the server's core alone. */
export function takeOwnCore(): void {
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', OWN_CORE, String(process.pid)]);
}

/** `longshore serve` as it is shipped, on a state that is there, with a key of its own. `home` is for what it keeps beside. */
export async function startServer(
  program: string,
  state: string,
  home: string,
  nodeArgs: readonly string[] = [],
): Promise<ServerProcess> {
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_CACHE_HOME: home,
    LONGSHORE_STATE: state,
  };
  const made = spawnSync(
    process.execPath,
    [program, 'create-access-key', '--scope', 'admin', '--output', 'json'],
    { env },
  );
  if (made.status !== 0) throw new Error(made.stderr.toString());
  const { accessKey } = JSON.parse(made.stdout.toString()) as { accessKey: Credentials };
  const words = ['serve', '--no-socket', '--listen', '127.0.0.1:0', '--log-level', 'warn'];
  const node = [process.execPath, ...nodeArgs, program, ...words];
  return running(spawn('taskset', ['--cpu-list', SERVER_CORE, ...node], { env, cwd: home }), accessKey);
}

/** Instances come and go in a state until the returned function is called. */
export async function churn(state: string): Promise<() => void> {
  const script = join(import.meta.dirname, 'churn.ts');
  const words = ['--cpu-list', OWN_CORE, process.execPath, '--import', 'tsx', script, state];
  const child = spawn('taskset', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`instances came no more: ${code}`)));
  });
  return () => child.kill();
}

/** A process that says on stderr where it listens. Throws where it ends before. */
async function running(child: ChildProcess, credentials: Credentials): Promise<ServerProcess> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const place = await new Promise<string>((resolve, reject) => {
    let told = '';
    child.stderr?.on('data', (data: Buffer) => {
      told += data.toString();
      const place = /http:\/\/[\d.]+:\d+/.exec(told)?.[0];
      if (place !== undefined) resolve(place);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${told}`)));
  });
  const proc = (file: string) => readFileSync(join('/proc', String(child.pid), file), 'utf8');
  return {
    url: new URL(place),
    credentials,
    residentBytes: () => Number(/VmRSS:\s+(\d+) kB/.exec(proc('status'))?.[1]) * 1024,
    cpuSeconds: () => {
      const fields = proc('stat').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    end: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
