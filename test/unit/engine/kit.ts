import { tmpdir } from 'node:os';
import { randomBytes } from 'node:crypto';
import type { OperationInput } from '../../../src/lib/api/operations.js';
import type { EngineContext, ProcessTable } from '../../../src/lib/engine/context.js';
import type { Engine } from '../../../src/lib/engine/engine.js';
import type { EngineEvent } from '../../../src/lib/engine/events.js';
import { createLocalEngine } from '../../../src/lib/engine/local-engine.js';
import { openStartTurns } from '../../../src/lib/engine/start-turns.js';
import { openOwnership } from '../../../src/lib/engine/owner.js';
import type { SecretSources } from '../../../src/lib/engine/secrets/sources.js';
import type { TaskRecord } from '../../../src/lib/engine/records.js';
import { openSpoolFile } from '../../../src/lib/spool-file.js';
import { openMemoryStore } from '../../../src/lib/store/memory.js';
import type { Store } from '../../../src/lib/store/store.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { soundMachine } from '../../fakes/fake-machine.js';
import { fakeSecrets } from '../../fakes/fake-secrets.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';

/** Processes that live until a test lets them die. */
export class FakeProcesses {
  private readonly dead = new Set<number>();
  private last = 0;
  /** Ms by the clock that they have in common; who lives gives signs of life by its own timers. */
  time = 0;

  table(): ProcessTable & { pid: number } {
    const pid = ++this.last;
    return {
      pid,
      self: () => ({ pid, startedAt: String(pid), machine: 'here', host: 'build1' }),
      isAlive: (other) => (other.machine === 'here' ? !this.dead.has(other.pid) : undefined),
      now: () => this.time,
    };
  }

  kill(pid: number): void {
    this.dead.add(pid);
  }
}

export interface Kit {
  engine: Engine;
  events: EngineEvent[];
  store: Store;
  hosts: FakeHosts;
  processes: FakeProcesses;
  pid: number;
  ctx: EngineContext;
  abort: (reason?: unknown) => void;
}

export interface KitOptions {
  store?: Store;
  hosts?: FakeHosts;
  processes?: FakeProcesses;
  clock?: () => number;
  secrets?: SecretSources;
  settings?: Partial<EngineContext['settings']>;
  startsPerHost?: number;
}

/** An engine over a store in memory and hosts in memory. Kits that share a store are processes over one state. */
export function kit(options: KitOptions = {}): Kit {
  const store = options.store ?? openMemoryStore();
  const hosts = options.hosts ?? new FakeHosts();
  const processes = options.processes ?? new FakeProcesses();
  const table = processes.table();
  const events: EngineEvent[] = [];
  const clock = options.clock ?? Date.now;
  const newId = () => randomBytes(16).toString('hex');
  const ownership = openOwnership(store, table, clock, newId());
  const abort = new AbortController();
  const ctx: EngineContext = {
    store,
    hosts,
    clock,
    random: Math.random,
    newId,
    identity: { region: 'local', account: '000000000000' },
    settings: {
      stoppedTasksKept: 1000,
      cleanupWait: 3 * 3600_000,
      imageCleanUp: {
        disabled: false,
        interval: 30 * 60_000,
        minimumAge: 3600_000,
        perCycle: 5,
        exclude: [],
      },
      pullBehavior: 'default',
      pullTimeout: 60,
      healthyAfter: 40_000,
      hostGrace: 60_000,
      stopTimeout: 30,
      containerMetadata: false,
      logs: { maxSize: '20m', maxFiles: 5 },
      settleMoment: 1500,
      settlePatience: 5000,
      ...options.settings,
    },
    processes: table,
    machine: soundMachine,
    secrets: options.secrets ?? fakeSecrets(),
    openSpool: (expected) => openSpoolFile(tmpdir(), expected),
    emit: (event) => void events.push(event),
    signal: abort.signal,
    owner: ownership.claim,
    abandoned: new Set(),
    fresh: new Set(),
    absent: new Map(),
    startTurns: openStartTurns(options.startsPerHost ?? 4),
  };
  const engine = createLocalEngine(ctx, async () => ownership.release());
  return {
    engine,
    events,
    store,
    hosts,
    processes,
    pid: table.pid,
    ctx,
    abort: (reason) => abort.abort(reason),
  };
}

const MIB = 1024 ** 2;

/** A host in memory that has busybox and the memory given (MiB). */
export function fakeHost(name: string, memory = 1000, cpus = 2): FakeDockerHost {
  return new FakeDockerHost(name, {
    now: Date.now,
    images: ['busybox:latest'],
    info: { cpus, memoryBytes: memory * MIB },
  });
}

/** A kit whose cluster `default` has these hosts. */
export async function cluster(
  names: string[],
  options: KitOptions & { memory?: number; cpus?: number } = {},
): Promise<Kit> {
  const hosts =
    options.hosts ?? new FakeHosts(names.map((name) => fakeHost(name, options.memory, options.cpus)));
  const made = kit({ ...options, hosts });
  for (const name of names)
    await made.engine.call('RegisterContainerInstance', { cluster: 'default', host: name });
  return made;
}

/** A definition of one busybox container that runs until it is stopped. */
export function definition(
  family = 'web',
  more: Partial<OperationInput<'RegisterTaskDefinition'>['containerDefinitions'][number]> = {},
) {
  return {
    family,
    containerDefinitions: [
      {
        name: 'app',
        image: 'busybox:latest',
        command: ['serve'],
        cpu: 50,
        memory: 100,
        essential: true,
        ...more,
      },
    ],
  };
}

export const hostOf = (made: Kit, name: string): FakeDockerHost => {
  const host = made.hosts.hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
};

/** All task records, living and stopped. */
export async function records(store: Store, clusterName = 'default'): Promise<TaskRecord[]> {
  const live = await store.list<TaskRecord>({ prefix: `task/${clusterName}/` });
  const past = await store.list<TaskRecord>({ prefix: `stopped/${clusterName}/` });
  return [...live, ...past].map((e) => e.value);
}

export const idOf = (arn: string | undefined): string => arn?.split('/').at(-1) ?? '';
