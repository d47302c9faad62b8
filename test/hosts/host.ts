import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootHost, bootLog, hostEnvironment, runningPid } from './boot.js';
import * as daemons from './daemons.js';
import { authorize, furnish, installHostKey, mountDisk } from './disk.js';
import { faults, type Fault, type FaultName } from './faults.js';
import type { Identity } from './identity.js';
import { importImages } from './images.js';
import { netnsName, plugIn, setCable, unplug, type Leg } from './network.js';
import { run, type RunOptions, type RunResult } from './run.js';
import { makeHostKey } from './ssh-files.js';
import { waitUntil } from './wait.js';

/** What is decided about a host before it exists; kept in the cluster's file. */
export type HostSpec = {
  name: string;
  /** Where SSH and published ports are reached (through the jump host, if there is one). */
  address: string;
  /** Who logs in by the generated SSH configuration. */
  user: string;
  legs: Leg[];
  /** A jump host has sshd only. */
  engine: boolean;
  /** Name of the jump host on the way. */
  jumpVia?: string;
  /** Pretended memory of the machine in MiB. */
  memory?: number;
};

/** What all hosts of a cluster share. */
export type HostContext = {
  cluster: Identity;
  addresses: Record<string, string>;
  images: string[];
  imageTar: string;
};

/** One pretended machine: namespaces, a disk, sshd on port 22 and a Docker engine. */
export class TestHost {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly port = 22;
  /** Everything about the host outside itself: its disk, keys, faults and boot log. */
  readonly dir: string;
  /** The host's root file system as mounted on the machine; there whether the host runs or not. */
  readonly disk: string;
  readonly keysDir: string;

  constructor(
    readonly spec: HostSpec,
    private readonly context: HostContext,
  ) {
    this.name = spec.name;
    this.address = spec.address;
    this.user = spec.user;
    this.dir = join(context.cluster.dir, 'hosts', spec.name);
    this.disk = join(this.dir, 'disk');
    this.keysDir = join(this.dir, 'keys');
  }

  /** `user@name`: how the generated SSH configuration is asked for this host. */
  get sshTarget(): string {
    return `${this.user}@${this.name}`;
  }

  /** Process id of the host's first process. @throws Error when the host is off. */
  get pid(): number {
    const pid = runningPid(this.dir);
    if (pid === undefined) throw new Error(`Test host ${this.name} is off.`);
    return pid;
  }

  isOn(): boolean {
    return runningPid(this.dir) !== undefined;
  }

  /** The running host's root as seen from the machine, with all that is mounted in it. */
  get root(): string {
    return `/proc/${this.pid}/root`;
  }

  /** The engine's own socket as reachable from the machine (changes when the host is rebooted). */
  get dockerSocket(): string {
    return join(this.root, 'run/docker.sock');
  }

  /** Where a published port is reached. */
  url(port: number): string {
    return `http://${this.address}:${port}`;
  }

  /** Run a program as root inside the host. */
  async exec(argv: string[], options: RunOptions = {}): Promise<RunResult> {
    const enter = ['nsenter', '--target', String(this.pid), '--mount', '--uts', '--ipc', '--net', '--pid'];
    const env = { ...hostEnvironment, ...this.context.cluster.marker, ...options.env };
    return run([...enter, '--root', '--wd', '--', ...argv], { ...options, env });
  }

  /** Run a shell script as root inside the host; `args` are its $1, $2 … */
  async shell(script: string, args: string[] = [], options: RunOptions = {}): Promise<RunResult> {
    return this.exec(['sh', '-c', script, 'sh', ...args], options);
  }

  /** Run Docker's CLI inside the host. @returns what it printed, without the last line break */
  async docker(...args: string[]): Promise<string> {
    const { stdout } = await this.exec(['docker', ...args]);
    return stdout.replace(/\n$/, '');
  }

  /** Give the host's engine further images: the busybox file system under these names. */
  async addImages(...names: string[]): Promise<void> {
    await importImages(this.dockerSocket, this.context.imageTar, names);
  }

  /** Do harm; see faults.ts for what there is. What was inflicted is noted on disk, so that the next run mends it. */
  async inflict(name: FaultName): Promise<void> {
    mkdirSync(this.faultsDir, { recursive: true });
    writeFileSync(join(this.faultsDir, name), '');
    const { inflict, passes }: Fault = faults[name];
    await inflict(this);
    if (passes) rmSync(join(this.faultsDir, name));
  }

  /** Undo a fault, and return when the host works again. */
  async mend(name: FaultName): Promise<void> {
    await faults[name].mend(this);
    rmSync(join(this.faultsDir, name), { force: true });
  }

  /** Undo everything that was inflicted, the last first. */
  async mendAll(): Promise<void> {
    for (const name of this.faults().reverse()) await this.mend(name);
  }

  /** Faults that were inflicted and not mended. */
  faults(): FaultName[] {
    if (!existsSync(this.faultsDir)) return [];
    return readdirSync(this.faultsDir).filter((name): name is FaultName => name in faults);
  }

  startEngine = (): Promise<void> => daemons.startEngine(this);
  stopEngine = (): Promise<void> => daemons.stopEngine(this);
  async restartEngine(): Promise<void> {
    await this.stopEngine();
    await this.startEngine();
  }

  /** Whether the engine answers on its own socket. */
  async engineAnswers(timeoutMs?: number): Promise<boolean> {
    return daemons.enginePing(this, timeoutMs).catch(() => false);
  }

  dropSshSessions = (): Promise<void> => daemons.dropSshSessions(this);

  /** Make the host from nothing, or again from nothing with the SSH key that it has. */
  async build(): Promise<void> {
    await this.demolish();
    mkdirSync(this.dir, { recursive: true });
    if (!existsSync(join(this.keysDir, 'host_ed25519'))) await makeHostKey(this.keysDir, this.name);
    await mountDisk(this.disk);
    await furnish(this.disk, {
      hostName: this.name,
      keysDir: this.keysDir,
      authorizedKeys: this.authorizedKeys(),
      addresses: this.context.addresses,
      cgroup: `${this.context.cluster.cgroup}/${this.name}`,
      memory: this.spec.memory,
      engineKey: join(this.context.cluster.dir, 'engine-key.json'),
    });
    await this.powerOn();
    if (this.spec.engine) await this.addImages(...this.context.images);
  }

  /** As a machine that was installed anew under the same address: empty disk, other SSH host key. */
  async reimage(): Promise<void> {
    await makeHostKey(this.keysDir, this.name);
    await this.build();
  }

  /** Switch the host on: its disk is as it was, /run is empty, its engine starts. */
  async powerOn(): Promise<void> {
    await unplug(this.context.cluster, this.name, this.spec.legs);
    await plugIn(this.context.cluster, this.name, this.spec.legs);
    const { cluster } = this.context;
    bootHost({
      name: this.name,
      dir: this.dir,
      disk: this.disk,
      netns: netnsName(cluster, this.name),
      engine: this.spec.engine,
      env: cluster.marker,
    });
    try {
      await waitUntil(`Start of ${this.name}`, 30_000, () => this.isOn());
    } catch (error) {
      throw new Error(`Test host ${this.name} did not start:\n${bootLog(this.dir)}`, { cause: error });
    }

    await daemons.sshdListens(this);
    if (this.spec.engine) await daemons.engineAnswers(this);
  }

  /** Pull the plug: every process of the host dies at once, containers too. */
  async powerOff(): Promise<void> {
    const pid = runningPid(this.dir);
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL');
      // The first process goes last, when all others of its pid namespace are gone.
      await waitUntil(`End of ${this.name}`, 20_000, () => !existsSync(`/proc/${pid}`));
    }
  }

  async reboot(): Promise<void> {
    await this.powerOff();
    await this.powerOn();
  }

  /** Pull or put back the network cable. */
  setCable = (state: 'up' | 'down'): Promise<void> =>
    setCable(this.context.cluster, this.name, this.spec.legs, state);

  /** Take this folder's `host_ed25519` as SSH host key, at once. */
  async useHostKey(keysDir: string): Promise<void> {
    installHostKey(this.disk, keysDir);
    await daemons.reloadSshd(this);
  }

  /** Accept the user's key, or no key at all. */
  acceptKeys(yes: boolean): void {
    authorize(this.disk, yes ? this.authorizedKeys() : '');
  }

  /** The last lines of a file on the host's disk. */
  logTail(path: string, lines = 20): string {
    const file = join(this.disk, path);
    return existsSync(file)
      ? readFileSync(file, 'utf8').trim().split('\n').slice(-lines).join('\n')
      : '(no log)';
  }

  private async demolish(): Promise<void> {
    await this.powerOff();
    await unplug(this.context.cluster, this.name, this.spec.legs);
    await run(['umount', '--lazy', this.disk], { mayFail: true });
    rmSync(this.faultsDir, { recursive: true, force: true });
  }

  private authorizedKeys(): string {
    return readFileSync(join(this.context.cluster.dir, 'id_ed25519.pub'), 'utf8');
  }

  private get faultsDir(): string {
    return join(this.dir, 'faults');
  }
}
