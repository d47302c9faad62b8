import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { bringUp } from '../test/hosts/cluster.js';

export type TestCluster = Awaited<ReturnType<typeof bringUp>>;

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'run.js');

/** A state of its own over test hosts, and the commands that work on it. */
export class OwnCluster {
  private readonly home = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  readonly env: NodeJS.ProcessEnv;

  constructor(
    readonly cluster: TestCluster,
    env: NodeJS.ProcessEnv = {},
  ) {
    this.env = {
      ...process.env,
      ...env,
      LONGSHORE_STATE: join(this.home, 'state.db'),
      XDG_CACHE_HOME: this.home,
      LONGSHORE_SSH_CONFIG: cluster.sshConfigPath,
      PATH: `${cluster.sshProgramDir}:${process.env['PATH'] ?? ''}`,
    };
  }

  get names(): string[] {
    return this.cluster.hosts.map((host) => host.name);
  }

  async register(family: string, containerDefinitions: object[]): Promise<void> {
    const file = join(this.home, `${family}.json`);
    writeFileSync(file, JSON.stringify({ family, containerDefinitions }));
    await this.longshore('register-task-definition', '--cli-input-json', `file://${file}`);
  }

  /** Removes all containers. */
  async removeContainers(): Promise<void> {
    await all(this.cluster.hosts, 4, async (host) => {
      await host.shell('ids=$(docker ps -aq); [ -z "$ids" ] || docker rm -f $ids >/dev/null');
    });
  }

  /** What it printed. */
  longshore(...words: string[]): Promise<string> {
    return this.command(process.execPath, [program, ...words]);
  }

  docker(host: string, ...words: string[]): Promise<string> {
    return this.command('docker', ['-H', `ssh://${host}`, ...words]);
  }

  end(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  private command(file: string, words: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(file, words, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
      let [said, talk] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (talk += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve(said) : reject(new Error(`${words.join(' ')} ended with ${code}: ${talk}`)),
      );
    });
  }
}

/** Runs `work` for each item, at most `width` at once. */
export async function all<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = [...items];
  const lane = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
