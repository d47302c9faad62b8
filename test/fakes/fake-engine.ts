import type {
  DockerHost,
  EngineEvent,
  EngineInfo,
  ImageDetails,
  VolumeDetails,
  RegistryAuth,
} from '../../src/lib/hosts/docker-host.js';
import { HostError } from '../../src/lib/hosts/host-error.js';
import { runCommand } from './fake-command.js';
import { imageOf, lostError, type FakeContainer, type FakeNetwork } from './fake-container.js';
import type { FakeExec } from './fake-exec.js';
import { Gate } from './fake-gate.js';

type Method = Exclude<keyof DockerHost, 'name'>;

export interface FakeHostOptions {
  /** Epoch milliseconds by the host's clock. */
  now?: () => number;
  info?: Partial<EngineInfo>;
  /** References of images that the engine has. */
  images?: string[];
  freeDisk?: number;
  gpus?: number;
}

/**
 * What is inside the engine in memory, and what tests do to it: its state may be read and changed freely, and what
 * shall go wrong is ordered here.
 */
export class FakeEngine {
  /** Every request in order, also those that failed: `startContainer web-1`. */
  readonly calls: string[] = [];
  readonly images = new Map<string, ImageDetails>();
  /** Whom pulls were for. */
  readonly logins: (RegistryAuth | undefined)[] = [];
  /** What a pull finds; anything else is refused by the registry. */
  readonly registry = new Map<string, ImageDetails>();
  readonly containers = new Map<string, FakeContainer>();
  /** Commands that were run in containers, in their order. */
  readonly execs: FakeExec[] = [];
  /** Archives that were loaded, or should have been. */
  readonly received: Buffer[] = [];
  readonly volumes = new Map<string, VolumeDetails>();
  /** Those that were made, by name. */
  readonly networks = new Map<string, FakeNetwork>();
  /** Ports held by something that isn't a container. */
  readonly occupied = { tcp: new Set<number>(), udp: new Set<number>() };
  /** What a stop signal makes of a container: its exit code. */
  exitCodeOfStop = 143;
  /** Called after each start, before `startContainer` returns. */
  onStart: ((container: FakeContainer) => void) | undefined;

  readonly #gate: Gate<Method>;
  protected readonly now: () => number;
  protected readonly listeners = new Set<(event: EngineEvent) => void>();
  protected readonly told: EngineEvent[] = [];
  protected ids = 0;

  constructor(
    readonly name = 'fake',
    readonly options: FakeHostOptions = {},
  ) {
    let clock = Date.UTC(2026, 0, 1);
    this.now = options.now ?? (() => (clock += 1000));
    this.#gate = new Gate(() => lostError(this.name));
    for (const reference of options.images ?? []) this.addImage(reference);
  }

  /** Gives the engine an image (as `docker load` does) or, with `registry`, the registry one that can be pulled. */
  addImage(
    reference: string,
    details: Partial<ImageDetails> = {},
    where: 'engine' | 'registry' = 'engine',
  ): void {
    (where === 'engine' ? this.images : this.registry).set(reference, imageOf(reference, details));
  }

  /** A volume, as `docker volume create` makes it. */
  addVolume(options: Parameters<DockerHost['createVolume']>[0]): VolumeDetails {
    const { name, driver = 'local', driverOpts = {}, labels = {} } = options;
    const volume = {
      name,
      driver,
      options: driverOpts,
      labels,
      createdAt: new Date(this.now()).toISOString(),
    };
    this.volumes.set(name, volume);
    return volume;
  }

  /** The next call of this method throws. A plain string becomes the engine's answer with status 500. */
  failNext(method: Method, error: HostError | string, status = 500): void {
    this.#gate.failNext(method, typeof error === 'string' ? this.refusal(status, error) : error);
  }

  /** The next start fails as Docker's does when something else holds the port. */
  failNextStartWithPortInUse(port: number): void {
    this.failNext('startContainer', portInUse(this.name, port));
  }

  /** From now on calls of this method (of all, without one) do not return until `release`. */
  hang(method?: Method): void {
    this.#gate.hang(method);
  }

  release(): void {
    this.#gate.release();
  }

  /** The host can't be reached any more: what is under way fails too. `comeBack` ends it; containers stay as they are. */
  vanish(): void {
    this.#gate.vanish();
    this.changed();
  }

  comeBack(): void {
    this.#gate.comeBack();
  }

  /** A container of any state, by id, name, or the beginning of an id. */
  find(idOrName: string): FakeContainer | undefined {
    const all = [...this.containers.values()];
    return (
      all.find((c) => c.id === idOrName || c.name === idOrName) ?? all.find((c) => c.id.startsWith(idOrName))
    );
  }

  /** A running container ends by itself. */
  exit(idOrName: string, exitCode: number, how: { oomKilled?: boolean } = {}): void {
    const container = this.need(idOrName);
    Object.assign(container, {
      status: 'exited',
      exitCode,
      oomKilled: how.oomKilled ?? false,
      finishedAt: this.now(),
      ports: [],
    });
    this.tell('die', container, { exitCode: String(exitCode) });
    if (!restarts(container)) return;
    container.restartCount += 1;
    // What would fail for ever waits for its next turn.
    if (endsAtOnce(container) && !container.options.HostConfig?.RestartPolicy?.MaximumRetryCount)
      container.status = 'restarting';
    else this.execute(container);
  }

  /** Somebody stops it: then its engine doesn't start it again. */
  protected halt(container: FakeContainer, exitCode: number): void {
    const HostConfig = container.options.HostConfig;
    container.options.HostConfig = { ...HostConfig, RestartPolicy: { Name: 'no' } };
    this.exit(container.id, exitCode);
    container.options.HostConfig = HostConfig;
  }

  protected isUp({ status }: FakeContainer): boolean {
    return status === 'running' || status === 'restarting';
  }

  /** Its process runs, and maybe ends. */
  protected execute(container: FakeContainer): void {
    const begun = { status: 'running', startedAt: this.now(), finishedAt: undefined, exitCode: 0, error: '' };
    Object.assign(container, begun);
    this.tell('start', container);
    this.onStart?.(container);
    const { output, exitCode } = runCommand(commandOf(container));
    for (const line of output) this.writeLog(container.id, line.text, line.stream);
    // A hook may have ended it already.
    if (exitCode !== undefined && this.find(container.id)?.finishedAt === undefined)
      this.exit(container.id, exitCode);
  }

  /** Engines remember their last 256 events. */
  forgetEvents(): void {
    this.told.length = 0;
  }

  /** A health check reports. */
  setHealth(idOrName: string, health: 'starting' | 'healthy' | 'unhealthy'): void {
    const container = this.need(idOrName);
    container.health = health;
    this.tell(`health_status: ${health}`, container);
  }

  writeLog(idOrName: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.need(idOrName).logs.push({
      stream,
      text,
      timestamp: new Date(this.now()).toISOString().replace('Z', '000000Z'),
    });
    this.changed();
  }

  async ping(seconds: number, signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(seconds * 1000);
    await this.#gate.pass('ping', AbortSignal.any([signal, late])).catch((error: unknown) => {
      if (signal.aborted || !late.aborted) throw error;
      throw new HostError(this.name, 'timeout', `${this.name}: no answer within ${seconds} s`, 'look there');
    });
  }

  protected async enter(method: Method, ...details: string[]): Promise<void> {
    this.calls.push([method, ...details].join(' '));
    await this.#gate.pass(method);
  }

  protected running(): FakeContainer[] {
    return [...this.containers.values()].filter((c) => c.status === 'running');
  }

  protected need(idOrName: string): FakeContainer {
    const container = this.find(idOrName);
    if (!container) throw this.refusal(404, `No such container: ${idOrName}`);
    return container;
  }

  protected tagsOf(id: string): string[] {
    return [...this.images].filter(([, image]) => image.id === id).map(([reference]) => reference);
  }

  protected image(reference: string): ImageDetails | undefined {
    return (
      this.images.get(reference) ??
      this.images.get(`${reference}:latest`) ??
      [...this.images.values()].find((i) => i.id === reference)
    );
  }

  protected publish(container: FakeContainer): void {
    const held = {
      tcp: new Set(this.occupied.tcp),
      udp: new Set(this.occupied.udp),
      sctp: new Set<number>(),
    };
    for (const port of this.running().flatMap((c) => c.ports)) held[port.type].add(port.publicPort ?? 0);
    const ports = [];
    for (const [key, bindings] of Object.entries(container.options.HostConfig?.PortBindings ?? {})) {
      const [privatePort = '', type = 'tcp'] = key.split('/') as [string, 'tcp' | 'udp'];
      for (const binding of bindings) {
        const publicPort = Number(binding.HostPort) || firstFree(held[type]);
        if (held[type].has(publicPort)) {
          const error = portInUse(this.name, publicPort);
          container.error = error.message;
          container.exitCode = 128;
          throw error;
        }
        held[type].add(publicPort);
        ports.push({ ip: binding.HostIp ?? '0.0.0.0', privatePort: Number(privatePort), publicPort, type });
      }
    }
    container.ports = ports;
  }

  /** What a container of this network mode joins; throws where that is not there. */
  protected join(container: FakeContainer): void {
    const {
      NetworkMode = 'default',
      PidMode = '',
      IpcMode = '',
    } = (container.options.HostConfig ?? {}) as Record<string, string>;
    for (const mode of [NetworkMode, PidMode, IpcMode]) {
      const [, other] = /^container:(.+)$/.exec(mode) ?? [];
      if (other !== undefined && this.need(other).status !== 'running')
        throw this.refusal(409, `cannot join network of a non running container: ${this.need(other).id}`);
    }
    if (/^(default|bridge|host|none|container:.+)$/.test(NetworkMode)) return;
    const network = this.networks.get(NetworkMode);
    if (!network) throw this.refusal(404, `network ${NetworkMode} not found`);
    const asked = container.options.NetworkingConfig?.EndpointsConfig[NetworkMode]?.IPAMConfig.IPv4Address;
    const used = this.running().map(({ address }) => address?.network === NetworkMode && address.ipAddress);
    if (asked !== undefined && used.includes(asked)) throw this.refusal(403, 'Address already in use');
    for (let n = 2; ; n++) {
      const ipAddress = asked ?? `${network.prefix}.${n}`;
      if (asked === undefined && used.includes(ipAddress)) continue;
      container.address = { network: NetworkMode, ipAddress };
      return;
    }
  }

  /** Waits until the condition holds; fails when aborted or when the host vanishes. */
  protected until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    return this.#gate.until(condition, signal);
  }

  protected changed(): void {
    this.#gate.changed();
  }

  protected tell(action: string, container: FakeContainer, more: Record<string, string> = {}): void {
    const attributes = {
      ...container.options.Labels,
      image: container.options.Image,
      name: container.name,
      ...more,
    };
    const event = { type: 'container', action, id: container.id, attributes, time: this.now() };
    this.told.push(event);
    for (const listener of this.listeners) listener(event);
    this.changed();
  }

  protected refusal(status: number, message: string): HostError {
    return new HostError(this.name, 'engine', `${this.name}: ${message}`, 'do what the engine asks for', {
      status,
    });
  }
}

const commandOf = ({ options }: FakeContainer) => [...(options.Entrypoint ?? []), ...(options.Cmd ?? [])];

const endsAtOnce = (container: FakeContainer) => runCommand(commandOf(container)).exitCode !== undefined;

function restarts({ options, exitCode, restartCount }: FakeContainer): boolean {
  const { Name, MaximumRetryCount: most = 0 } = options.HostConfig?.RestartPolicy ?? { Name: 'no' };
  if (Name === 'on-failure') return exitCode !== 0 && (most === 0 || restartCount < most);
  return Name === 'always' || Name === 'unless-stopped';
}

/** Docker's answer to a start whose host port is taken. */
function portInUse(host: string, port: number): HostError {
  const words = `driver failed programming external connectivity on endpoint web (0123): Bind for 0.0.0.0:${port} failed: port is already allocated`;
  return new HostError(host, 'engine', `${host}: ${words}`, 'free the port or choose another', {
    status: 500,
  });
}

function firstFree(held: Set<number>): number {
  for (let port = 49153; ; port++) if (!held.has(port)) return port;
}

/** Without a tag it is `latest`. */
export const withTag = (reference: string): string =>
  reference.lastIndexOf(':') > reference.lastIndexOf('/') ? reference : `${reference}:latest`;
