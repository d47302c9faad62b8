import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { writeEngineKey } from './disk.js';
import { TestHost, type HostContext } from './host.js';
import { identify, toolVersion, type Identity } from './identity.js';
import { makeRootTar, standardImages } from './images.js';
import { clearLeftovers } from './leftovers.js';
import { holdLock, type Lock } from './lock.js';
import { layNetwork, type Subnet } from './network.js';
import { ensurePackages } from './packages.js';
import { planHosts, shapeOf, type ClusterOptions, type ClusterShape } from './plan.js';
import { forgetCheckoutIfEmpty, readRecord, writeRecord, type ClusterRecord } from './record.js';
import { run, type RunOptions, type RunResult } from './run.js';
import {
  keyPassphrase,
  makeUserKeys,
  writeKnownHosts,
  writeSshConfig,
  writeSshProgram,
} from './ssh-files.js';
import { patience } from './wait.js';

/** Hosts that are up, and the files that SSH needs to reach them. */
export class TestCluster {
  readonly name: string;
  readonly dir: string;
  /** Hosts with an engine: web1, web2 … */
  readonly hosts: TestHost[];
  /** The jump host of a cluster that was brought up with `jump`. */
  readonly bastion?: TestHost;
  /** For `ssh -F`: knows every host by name and by address. */
  readonly sshConfigPath: string;
  /** To be put first in PATH for programs that call `ssh` by name: there it means `ssh -F sshConfigPath`. */
  readonly sshProgramDir: string;
  readonly knownHostsPath: string;
  readonly keyPath: string;
  /** The same key, protected with `keyPassphrase`. */
  readonly encryptedKeyPath: string;
  /** A key that no host accepts. */
  readonly unknownKeyPath: string;
  readonly keyPassphrase = keyPassphrase;

  constructor(
    private readonly identity: Identity,
    readonly shape: ClusterShape,
    readonly subnet: Subnet,
    private readonly lock?: Lock,
    private readonly keep = false,
  ) {
    this.name = identity.name;
    this.dir = identity.dir;
    this.sshConfigPath = join(this.dir, 'ssh_config');
    this.sshProgramDir = join(this.dir, 'bin');
    this.knownHostsPath = join(this.dir, 'known_hosts');
    this.keyPath = join(this.dir, 'id_ed25519');
    this.encryptedKeyPath = join(this.dir, 'id_ed25519_encrypted');
    this.unknownKeyPath = join(this.dir, 'id_ed25519_unknown');

    const specs = planHosts(shape, subnet);
    const context: HostContext = {
      cluster: identity,
      addresses: Object.fromEntries(specs.map((spec) => [spec.name, spec.address])),
      images: [...standardImages, ...shape.images],
      imageTar: join(identity.checkoutDir, 'cache/busybox.tar'),
    };
    const all = specs.map((spec) => new TestHost(spec, context));
    this.hosts = all.filter((host) => host.spec.engine);
    this.bastion = all.find((host) => !host.spec.engine);
  }

  /** All hosts, the jump host too. */
  get machines(): TestHost[] {
    return this.bastion ? [this.bastion, ...this.hosts] : this.hosts;
  }

  /** The host of this name. @throws Error when there is none. */
  host(name: string): TestHost {
    const host = this.machines.find((candidate) => candidate.name === name);
    if (!host)
      throw new Error(`No test host ${name}; there are ${this.machines.map((h) => h.name).join(', ')}.`);
    return host;
  }

  /**
   * Run a command line on a host by OpenSSH's own client and the generated configuration.
   * @param flags for the client, such as `-l root`
   */
  async ssh(
    host: string,
    command: string,
    { flags = [], ...options }: RunOptions & { flags?: string[] } = {},
  ): Promise<RunResult> {
    return run(['ssh', '-F', this.sshConfigPath, '-o', 'BatchMode=yes', ...flags, host, command], options);
  }

  /** Write known_hosts anew with the keys that the hosts have now (after `reimage()`). */
  trustHostKeys(): void {
    writeKnownHosts(this.dir, this.machines);
  }

  /** Done with the hosts: they are taken down, unless they are to be kept. */
  async release(): Promise<void> {
    if (this.keep) await this.lock?.release();
    else await this.down();
  }

  /** Take everything down and remove every trace of it. */
  async down(): Promise<void> {
    await clearLeftovers(this.identity);
    forgetCheckoutIfEmpty(this.identity);
    await this.lock?.release();
  }
}

/**
 * Bring hosts up, after removing what an earlier run of this checkout left under the same name. The cluster is this
 * process's own until `down()` or `release()`, or until it ends; another process that wants it waits.
 * @throws Error with the remedy where the machine cannot do it
 */
export async function bringUp(options: ClusterOptions = {}): Promise<TestCluster> {
  const { lock, identity } = await lockCluster(options);
  try {
    return await raise(identity, lock, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Take down whatever there is of a cluster, known or left behind. */
export async function takeDown(name = 'default', log?: (line: string) => void): Promise<void> {
  const { lock, identity } = await lockCluster({ name, log });
  await clearLeftovers(identity);
  forgetCheckoutIfEmpty(identity);
  await lock.release();
}

/** The cluster that is up, brought up by whichever process; undefined if there is none. Takes no lock. */
export function attach(name = 'default'): TestCluster | undefined {
  const identity = identify(name);
  const record = readRecord(identity);
  return record && new TestCluster(identity, record.shape, record.subnet);
}

/** For `acquire`: the lock that `bringUp` takes. */
export async function lockCluster(options: ClusterOptions): Promise<{ lock: Lock; identity: Identity }> {
  const identity = identify(options.name ?? 'default');
  const lock = await holdLock(identity.id, {
    onWait: (holder) =>
      options.log?.(`waiting for process ${holder}, which uses the test hosts "${identity.name}"`),
  });
  return { lock, identity };
}

/** For `acquire`: the cluster as it stands, if it is what was asked for and this version of the tool made it. */
export function adopt(identity: Identity, lock: Lock, options: ClusterOptions): TestCluster | undefined {
  const record = readRecord(identity);
  const shape = shapeOf(options);
  if (!record || record.version !== toolVersion() || JSON.stringify(record.shape) !== JSON.stringify(shape))
    return;
  return new TestCluster(identity, shape, record.subnet, lock, options.keep ?? (record.keep || keepHosts()));
}

/** For `acquire`: bring up under a lock that is held. */
export async function raise(identity: Identity, lock: Lock, options: ClusterOptions): Promise<TestCluster> {
  await ensurePackages(options.log ?? (() => {}));
  await clearLeftovers(identity);
  try {
    return await build(identity, lock, options);
  } catch (error) {
    // Without a record nobody would take the half-built down.
    await clearLeftovers(identity);
    throw error;
  }
}

async function build(identity: Identity, lock: Lock, options: ClusterOptions): Promise<TestCluster> {
  const log = options.log ?? (() => {});
  const shape = shapeOf(options);
  mkdirSync(identity.dir, { recursive: true, mode: 0o700 });
  mkdirSync(join(identity.dir, 'hosts'));
  writeFileSync(join(identity.checkoutDir, 'checkout'), `${identity.checkout}\n`);
  log(`bringing up ${shape.count} test hosts${shape.jump ? ' behind a jump host' : ''}`);
  const [subnet] = await Promise.all([
    layNetwork(identity),
    makeUserKeys(identity.dir),
    makeRootTar(join(identity.checkoutDir, 'cache')),
  ]);
  writeEngineKey(join(identity.dir, 'engine-key.json'));

  const cluster = new TestCluster(identity, shape, subnet, lock, options.keep ?? keepHosts());
  writeSshConfig(
    identity.dir,
    cluster.machines.map((host) => ({ ...host.spec })),
  );
  writeSshProgram(cluster.sshProgramDir, cluster.sshConfigPath);
  await eachHost(cluster.machines, (host) => host.build());
  cluster.trustHostKeys();

  writeRecord(identity, { version: toolVersion(), shape, subnet, ...stayOf(options) });
  log(`up: ${cluster.machines.map((host) => `${host.name} ${host.address}`).join(', ')}`);
  return cluster;
}

/** Do something on all hosts, some at a time: starting engines is work for the processor. */
export async function eachHost(hosts: TestHost[], work: (host: TestHost) => Promise<void>): Promise<void> {
  const waiting = [...hosts];
  const worker = async () => {
    for (let host = waiting.shift(); host; host = waiting.shift()) await work(host);
  };

  // On a slow machine an engine gives up on its containerd, unless it has the machine for itself.
  const most = patience > 1 ? 1 : Math.max(4, cpus().length * 2);
  const workers = Array.from({ length: most }, worker);
  const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Under a test run as a whole (global-setup.ts) the hosts stay for the next file; the run takes them down. */
function keepHosts(): boolean {
  const { keep, run } = stayOf({});
  return keep || run !== undefined;
}

function stayOf(options: ClusterOptions): Pick<ClusterRecord, 'keep' | 'run'> {
  const { LONGSHORE_TEST_KEEP_HOSTS: keep, LONGSHORE_TEST_RUN: run } = process.env;
  return { keep: options.keep ?? ['1', 'true'].includes(keep ?? ''), run };
}
