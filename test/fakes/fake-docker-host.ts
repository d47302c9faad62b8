import type {
  CreateNetwork,
  DockerHost,
  EngineEvent,
  EngineInfo,
  NetworkDetails,
  VolumeDetails,
} from '../../src/lib/hosts/docker-host.js';
import type {
  ContainerDetails,
  ContainerQuery,
  ContainerStats,
  ContainerSummary,
  CreateContainer,
  Exec,
  ExecOptions,
  LogLine,
  LogOptions,
  RestartPolicy,
} from '../../src/lib/hosts/container-types.js';
import { detailsOf, matchesLabels, sourcesOf, summaryOf, volumesOf } from './fake-container.js';
import { FakeImages } from './fake-images.js';
import { FakeExec } from './fake-exec.js';

/**
 * A Docker engine in memory, that obeys the same contract as real ones. Containers whose command is `sleep N`, `true`,
 * `false`, `echo …` or `sh -c` of these with `exit N` do what they say (a sleep never ends by itself); all other
 * commands run until they are stopped. What tests may do to it (let it fail, hang, vanish; let a container exit)
 * stands in FakeEngine.
 */
export class FakeDockerHost extends FakeImages implements DockerHost {
  async info(): Promise<EngineInfo> {
    await this.enter('info');
    return { ...engineInfo, hostname: this.name, ...this.options.info };
  }

  async listeningPorts(): Promise<{ tcp: number[]; udp: number[] }> {
    await this.enter('listeningPorts');
    const published = (type: string) =>
      this.running().flatMap((c) => c.ports.filter((p) => p.type === type).map((p) => p.publicPort ?? 0));
    return {
      tcp: [...new Set([...this.occupied.tcp, ...published('tcp')])].sort((a, b) => a - b),
      udp: [...new Set([...this.occupied.udp, ...published('udp')])].sort((a, b) => a - b),
    };
  }

  async freeDisk(): Promise<number> {
    await this.enter('freeDisk');
    return this.options.freeDisk ?? 50e9;
  }

  async gpus(): Promise<number | undefined> {
    await this.enter('gpus');
    return this.options.gpus;
  }

  async listContainers(query: ContainerQuery): Promise<ContainerSummary[]> {
    await this.enter('listContainers');
    return [...this.containers.values()]
      .filter((c) => query.all || query.status || c.status === 'running')
      .filter((c) => !query.status || query.status.includes(c.status))
      .filter((c) => matchesLabels(c.options.Labels ?? {}, query.labels))
      .map(summaryOf)
      .reverse();
  }

  async inspectContainer(idOrName: string): Promise<ContainerDetails | undefined> {
    await this.enter('inspectContainer', idOrName);
    const container = this.find(idOrName);
    return container && detailsOf(container);
  }

  async containerStats(id: string): Promise<ContainerStats | undefined> {
    await this.enter('containerStats', id);
    const container = this.find(id);
    if (container?.status !== 'running') return undefined;
    // It keeps a tenth of a core busy.
    const readAt = this.now();
    return { readAt, cpuNanoseconds: (readAt - (container.startedAt ?? 0)) * 1e5, memoryBytes: 1024 ** 2 };
  }

  async createContainer(name: string, options: CreateContainer): Promise<string> {
    await this.enter('createContainer', name);
    const holder = [...this.containers.values()].find((c) => c.name === name);
    if (holder)
      throw this.refusal(
        409,
        `Conflict. The container name "/${name}" is already in use by container "${holder.id}". You have to remove (or rename) that container to be able to reuse that name.`,
      );
    const image = this.image(options.Image);
    if (!image) throw this.refusal(404, `No such image: ${options.Image}`);
    // Docker makes named volumes that aren't there.
    for (const volume of volumesOf(options)) if (!this.volumes.has(volume)) this.addVolume({ name: volume });
    const taken = sourcesOf(options).flatMap((source) => {
      const container = this.find(source);
      if (!container) throw this.refusal(400, `No such container: ${source}`);
      return container.volumes;
    });
    const volumes = [...volumesOf(options), ...taken];
    const id = `c${(++this.ids).toString(16).padStart(63, '0')}`;
    // prettier-ignore
    this.containers.set(id, {
      id, name, options: structuredClone(options), image, created: this.now(), status: 'created',
      exitCode: 0, error: '', oomKilled: false, ports: [], logs: [], restartCount: 0, volumes, archives: [],
    });
    this.tell('create', this.need(id));
    return id;
  }

  async startContainer(idOrName: string): Promise<void> {
    await this.enter('startContainer', idOrName);
    const container = this.need(idOrName);
    if (container.status === 'running') return;
    if (container.options.HostConfig?.DeviceRequests && this.options.gpus === undefined)
      throw this.refusal(500, 'could not select device driver "nvidia" with capabilities: [[gpu]]');
    this.join(container);
    this.publish(container);
    container.restartCount = 0;
    this.execute(container);
  }

  async updateContainer(
    idOrName: string,
    { RestartPolicy }: { RestartPolicy: RestartPolicy },
  ): Promise<void> {
    await this.enter('updateContainer', idOrName, RestartPolicy.Name);
    const container = this.find(idOrName);
    if (container) container.options.HostConfig = { ...container.options.HostConfig, RestartPolicy };
  }

  async stopContainer(idOrName: string, _seconds: number): Promise<void> {
    await this.enter('stopContainer', idOrName);
    const container = this.find(idOrName);
    if (container && this.isUp(container)) this.halt(container, this.exitCodeOfStop);
  }

  async killContainer(idOrName: string, signal: string): Promise<void> {
    await this.enter('killContainer', idOrName, signal);
    const container = this.find(idOrName);
    if (!container || !this.isUp(container)) return;
    this.halt(container, /^(SIG)?KILL$|^9$/.test(signal) ? 137 : this.exitCodeOfStop);
  }

  async removeContainer(idOrName: string, options: { force?: boolean } = {}): Promise<void> {
    await this.enter('removeContainer', idOrName);
    const container = this.find(idOrName);
    if (!container) return;
    if (this.isUp(container) && !options.force) {
      throw this.refusal(
        409,
        `You cannot remove a running container ${container.id}. Stop the container before attempting removal or force remove`,
      );
    }
    if (this.isUp(container)) this.halt(container, 137);
    this.containers.delete(container.id);
    this.tell('destroy', container);
  }

  async putArchive(idOrName: string, folder: string, tar: Buffer): Promise<void> {
    await this.enter('putArchive', idOrName);
    this.need(idOrName).archives.push({ folder, tar });
  }

  async waitContainer(idOrName: string, signal?: AbortSignal): Promise<{ exitCode: number } | undefined> {
    await this.enter('waitContainer', idOrName);
    const container = this.find(idOrName);
    if (!container) return undefined;
    await this.until(() => container.status !== 'running', signal);
    return { exitCode: container.exitCode };
  }

  async *logs(idOrName: string, options: LogOptions): AsyncGenerator<LogLine> {
    await this.enter('logs', idOrName);
    const container = this.need(idOrName);
    const wanted = (line: LogLine) => {
      const seconds = Date.parse(line.timestamp) / 1000;
      const inTime = (options.since ?? 0) <= seconds && seconds <= (options.until ?? Infinity);
      return inTime && options[line.stream] !== false;
    };
    let next = 0;
    if (options.tail !== undefined) next = Math.max(0, container.logs.length - options.tail);
    for (;;) {
      for (; next < container.logs.length; next++) {
        const line = container.logs[next];
        if (line && wanted(line)) yield line;
      }
      if (!options.follow || container.status !== 'running' || options.signal?.aborted) return;
      const seen = next;
      await this.until(
        () => container.logs.length > seen || container.status !== 'running',
        options.signal,
      ).catch((error: unknown) => {
        if (!options.signal?.aborted) throw error;
      });
    }
  }

  async exec(idOrName: string, options: ExecOptions): Promise<Exec> {
    await this.enter('exec', idOrName, ...options.command);
    const container = this.need(idOrName);
    if (container.status !== 'running') throw this.refusal(409, `Container ${container.id} is not running`);
    const exec = new FakeExec(options, {
      until: (condition) => this.until(condition),
      changed: () => this.changed(),
    });
    this.execs.push(exec);
    return exec;
  }

  async inspectVolume(name: string): Promise<VolumeDetails | undefined> {
    await this.enter('inspectVolume', name);
    return this.volumes.get(name);
  }

  async createVolume(options: {
    name: string;
    driver?: string;
    driverOpts?: Record<string, string>;
    labels?: Record<string, string>;
  }): Promise<VolumeDetails> {
    await this.enter('createVolume', options.name);
    const there = this.volumes.get(options.name);
    if (there) return there;
    if (!['local', ...(this.options.info?.volumeDrivers ?? [])].includes(options.driver ?? 'local'))
      throw this.refusal(404, `create ${options.name}: plugin "${options.driver}" not found`);
    return this.addVolume(options);
  }

  async removeVolume(name: string): Promise<void> {
    await this.enter('removeVolume', name);
    const user = [...this.containers.values()].find((c) => c.volumes.includes(name));
    if (user) throw this.refusal(409, `remove ${name}: volume is in use - [${user.id}]`);
    this.volumes.delete(name);
  }

  async listVolumes(query: { labels?: readonly string[] }): Promise<VolumeDetails[]> {
    await this.enter('listVolumes');
    return [...this.volumes.values()].filter((v) => matchesLabels(v.labels, query.labels));
  }

  async listNetworks(query: { labels?: readonly string[] }): Promise<NetworkDetails[]> {
    await this.enter('listNetworks');
    return [...this.networks.values()].filter((network) => matchesLabels(network.labels, query.labels));
  }

  async createNetwork({ Name, Driver, Labels, Options = {}, IPAM }: CreateNetwork): Promise<string> {
    await this.enter('createNetwork', Name);
    const device = Options['com.docker.network.bridge.name'] ?? Options['parent'];
    const rival = [...this.networks.values()].find((n) => device !== undefined && n.device === device);
    if (rival) throw this.refusal(403, `conflicts with network ${rival.id} (${device})`);
    if (this.networks.has(Name)) throw this.refusal(409, `network with name ${Name} already exists`);
    const id = `d${(++this.ids).toString(16).padStart(63, '0')}`;
    const prefix = IPAM?.Config[0]?.Subnet.replace(/\.\d+\/\d+$/, '') ?? `172.${18 + this.networks.size}.0`;
    const createdAt = new Date(this.now()).toISOString();
    this.networks.set(Name, { id, name: Name, driver: Driver, labels: Labels, createdAt, prefix, device });
    return id;
  }

  async removeNetwork(idOrName: string): Promise<void> {
    await this.enter('removeNetwork', idOrName);
    const network = [...this.networks.values()].find(({ id, name }) => id === idOrName || name === idOrName);
    if (!network) return;
    if (this.running().some(({ address }) => address?.network === network.name))
      throw this.refusal(403, `error while removing network: network ${network.name} has active endpoints`);
    this.networks.delete(network.name);
  }

  async *events(query: {
    labels?: readonly string[];
    since?: number;
    until?: number;
    signal: AbortSignal;
  }): AsyncGenerator<EngineEvent> {
    await this.enter('events');
    const { until, since = until === undefined ? Infinity : 0 } = query;
    const queue = this.told.filter(
      ({ time, attributes }) =>
        time / 1000 >= since && time / 1000 <= (until ?? Infinity) && matchesLabels(attributes, query.labels),
    );
    if (until !== undefined) {
      yield* queue;
      return;
    }
    const listener = (event: EngineEvent) => {
      if (matchesLabels(event.attributes, query.labels)) queue.push(event);
    };
    this.listeners.add(listener);
    try {
      while (!query.signal.aborted) {
        for (let event = queue.shift(); event; event = queue.shift()) yield event;
        await this.until(() => queue.length > 0, query.signal).catch((error: unknown) => {
          if (!query.signal.aborted) throw error;
        });
      }
    } finally {
      this.listeners.delete(listener);
    }
  }
}

export const engineInfo: EngineInfo = {
  engineId: 'FAKE:ENGINE',
  hostname: 'fake',
  serverVersion: '20.10.24',
  apiVersion: '1.41',
  osType: 'linux',
  operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  kernelVersion: '6.1.0',
  architecture: 'x86_64',
  cpus: 2,
  memoryBytes: 4 * 1024 ** 3,
  storageDriver: 'overlay2',
  driverStatus: { 'Backing Filesystem': 'extfs', 'Supports d_type': 'true' },
  loggingDriver: 'json-file',
  dockerRootDir: '/var/lib/docker',
  logDrivers: ['json-file', 'local', 'none', 'syslog'],
  networkDrivers: ['bridge', 'host', 'macvlan', 'null'],
  volumeDrivers: ['local'],
  runtimes: ['runc'],
  securityOptions: ['name=seccomp,profile=default'],
  cgroupVersion: '2',
  memoryLimit: true,
  swapLimit: true,
  cpuCfsQuota: true,
  clockOffset: 0,
  warnings: [],
};
