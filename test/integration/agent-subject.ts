import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createPuller } from '../../src/lib/agent/pull.js';
import { startTask, type StartOptions } from '../../src/lib/agent/start.js';
import type { ObservedContainer, StartOutcome, TaskSpec } from '../../src/lib/agent/types.js';
import type { DockerHost } from '../../src/lib/hosts/docker-host.js';
import type { Hosts } from '../../src/lib/hosts/hosts.js';
import { openHosts } from '../../src/lib/hosts/open-hosts.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import type { TestHost } from '../hosts/host.js';
import { taskSpec as specOf } from '../unit/agent/task-spec.js';

/** One real host with an agent's view of it; made before the tests of a describe block and swept after each. */
export class AgentSubject {
  host!: DockerHost;
  cluster!: TestCluster;
  readonly #pools: Hosts[] = [];

  get machine(): TestHost {
    return this.cluster.hosts[0]!;
  }

  /** A connection of its own, as another client has. */
  readonly connect = async (): Promise<DockerHost> => {
    const local = { name: 'root', home: '/root' };
    const pool = openHosts({ local, sshConfigFile: this.cluster.sshConfigPath });
    this.#pools.push(pool);
    return pool.connect({ scheme: 'ssh', host: this.machine.name }, this.machine.name);
  };

  start(spec: TaskSpec, options: Partial<StartOptions> = {}, host = this.host): Promise<StartOutcome> {
    return startTask(host, spec, {
      capacity: { cpu: 4096, memory: 4096, gpus: 0 },
      puller: createPuller(Date.now),
      pull: { behavior: 'default', timeout: 30 },
      clock: Date.now,
      random: Math.random,
      ...options,
    });
  }

  async started(spec: TaskSpec): Promise<ObservedContainer[]> {
    const outcome = await this.start(spec);
    if (outcome.kind !== 'started') throw new Error(JSON.stringify(outcome));
    return outcome.containers;
  }

  /** A line for each container of the host, whoever made it. */
  everything(): Promise<string> {
    return this.machine.docker('ps', '-a', '--format', '{{.Names}} {{.Status}}');
  }

  async sweep(): Promise<void> {
    await this.machine.mendAll();
    const left = await this.machine.docker('ps', '-aq');
    if (left) await this.machine.docker('rm', '-f', ...left.split('\n'));
  }

  async close(): Promise<void> {
    for (const pool of this.#pools) await pool.close();
    await this.cluster?.release();
  }
}

/** To be called within a describe block. */
export function useAgent(): AgentSubject {
  const agent = new AgentSubject();
  beforeAll(async () => {
    agent.cluster = await acquire({ count: 1, name: 'agent' });
    agent.host = await agent.connect();
  });
  afterEach(() => agent.sweep());
  afterAll(() => agent.close());
  return agent;
}

export const small = { cpu: 16, memory: 6, gpus: 0, ports: [] as string[] };

/** Ids of real hosts must not come again with the next run. */
export function taskSpec(change: Parameters<typeof specOf>[0] = {}): TaskSpec {
  return specOf({ id: randomBytes(16).toString('hex'), resources: small, ...change });
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
