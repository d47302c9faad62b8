import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import type {
  CreateNetwork,
  DockerHost,
  EngineEvent,
  EngineInfo,
  EngineStart,
  ImageDetails,
  ImageSummary,
  LoadOptions,
  NetworkDetails,
  PullOptions,
  VolumeDetails,
} from './docker-host.js';
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
} from './container-types.js';
import { neededText, numberOf, objectOf } from './answer-fields.js';
import { detailsOf, summaryOf } from './container-shapes.js';
import { startExec } from './docker-exec.js';
import { containerOf, imagePath } from './docker-paths.js';
import { imageOf, imageSummaryOf, infoOf, networkOf, rowsOf, volumeOf } from './docker-shapes.js';
import { pullImage, readEvents, readLogs } from './docker-streams.js';
import type { AskOptions, Engine } from './engine.js';
import { engineStart } from './engine-start.js';
import { EngineRefusal } from './engine-modem.js';
import type { HostError } from './host-error.js';
import { loadImage, saveImage } from './image-streams.js';
import { parseSocketTables } from './ports.js';
import { statsOf } from './stats-shape.js';
import { splitReference } from './pull-progress.js';
import { unless404, unlessStatus } from './unless-status.js';

/** NVIDIA's driver has a folder here for each GPU. */
const nvidiaGpus = '/proc/driver/nvidia/gpus';
/** Seconds that a stop may take beyond the time it gives the container. */
const stopMargin = 30;

/** A real engine. `now` is this machine's clock, epoch milliseconds. */
export class EngineHost implements DockerHost {
  readonly name: string;
  #info: Promise<EngineInfo> | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly now: () => number,
  ) {
    this.name = engine.name;
  }

  ping(seconds: number, signal: AbortSignal): Promise<void> {
    return this.engine.ping(seconds, signal);
  }

  info(options: { fresh?: boolean } = {}): Promise<EngineInfo> {
    if (this.#info && !options.fresh) return this.#info;
    const asking = this.#askInfo();
    this.#info = asking;
    asking.catch(() => {
      if (this.#info === asking) this.#info = undefined;
    });
    return asking;
  }

  async listeningPorts(): Promise<{ tcp: number[]; udp: number[] } | undefined> {
    const tables = await this.engine.look((transport) => transport.readSocketTables());
    return tables === undefined ? undefined : parseSocketTables(tables);
  }

  async freeDisk(): Promise<number | undefined> {
    const { dockerRootDir } = await this.info();
    return this.engine.look((transport) => transport.freeBytes(dockerRootDir));
  }

  async gpus(): Promise<number | undefined> {
    return (await this.engine.look((transport) => transport.listFolder(nvidiaGpus)))?.length;
  }

  engineStart(): Promise<EngineStart> {
    return engineStart(this.engine);
  }

  async listContainers(query: ContainerQuery): Promise<ContainerSummary[]> {
    const filters = {
      ...(query.labels && { label: query.labels }),
      ...(query.status && { status: query.status }),
    };
    const _query = { all: query.all ?? false, filters };
    return this.#read(
      (docker, rest) =>
        docker.listContainers({ _query, ...listing, ...rest } as Dockerode.ContainerListOptions),
      (answer) => rowsOf(answer, summaryOf),
    );
  }

  async inspectContainer(idOrName: string): Promise<ContainerDetails | undefined> {
    return unless404(this.#read((docker, rest) => containerOf(docker, idOrName).inspect(rest), detailsOf));
  }

  async containerStats(id: string): Promise<ContainerStats | undefined> {
    const once = { stream: false, _query: { stream: '0', 'one-shot': '1' } };
    return unless404(
      this.#read(
        (docker, rest) =>
          containerOf(docker, id).stats({ ...once, ...rest } as never) as unknown as Promise<unknown>,
        statsOf,
      ),
    );
  }

  async createContainer(name: string, options: CreateContainer): Promise<string> {
    const request = { _query: { name }, _body: options } as unknown as Dockerode.ContainerCreateOptions;
    const created = await this.#change((docker, rest) => docker.createContainer({ ...request, ...rest }));
    return this.engine.understand(() => neededText({ Id: created.id }, 'Id'));
  }

  async startContainer(id: string): Promise<void> {
    await unlessStatus(
      [304],
      this.#change((docker, rest) => containerOf(docker, id).start(rest)),
    );
  }

  async updateContainer(id: string, changes: { RestartPolicy: RestartPolicy }): Promise<void> {
    const updating = this.#change(
      (docker, rest) => containerOf(docker, id).update({ _body: changes, ...rest } as object),
      true,
    );
    await unlessStatus([404], updating);
  }

  async stopContainer(id: string, seconds: number): Promise<void> {
    const limit = seconds + stopMargin;
    const stopping = this.engine.ask(
      (docker, abortSignal) =>
        containerOf(docker, id).stop({ _use: 'stop', _query: { t: seconds }, abortSignal } as object),
      { limit, again: true, use: 'stop' },
    );
    await unlessStatus([304, 404], stopping);
  }

  async killContainer(id: string, signal: string): Promise<void> {
    const killing = this.#change((docker, rest) =>
      containerOf(docker, id).kill({ _query: { signal }, ...rest }),
    );
    // 409: it isn't running. Engines before 20.10 say 500.
    const isStopped = (error: HostError) => /is not running/.test(error.message);
    await unlessStatus([404], killing, isStopped);
  }

  async removeContainer(id: string, options: { force?: boolean } = {}): Promise<void> {
    const query = { v: true, force: options.force ?? false };
    const removing = this.#change(
      (docker, rest) => containerOf(docker, id).remove({ _query: query, ...rest }),
      true,
    );
    // 409 may also say that somebody else is just removing it.
    await unlessStatus([404], removing, (error) => /already in progress/.test(error.message));
  }

  async putArchive(id: string, path: string, tar: Buffer): Promise<void> {
    const body = () => Readable.from([tar], { objectMode: false });
    const options = { _query: { path } } as object;
    await this.#change(
      (docker, rest) => containerOf(docker, id).putArchive(body(), { ...options, ...rest } as never),
      true,
    );
  }

  async waitContainer(id: string, signal?: AbortSignal): Promise<{ exitCode: number } | undefined> {
    const waiting = this.engine.ask(
      (docker, abortSignal) =>
        containerOf(docker, id).wait({ _use: 'long', abortSignal } as object) as Promise<unknown>,
      { limit: Infinity, again: true, use: 'long', signal },
    );
    const answer = await unless404(waiting);
    if (answer === undefined) return undefined;
    return this.engine.understand(() => ({ exitCode: numberOf(objectOf(answer, 'it'), 'StatusCode') }));
  }

  logs(id: string, options: LogOptions): AsyncGenerator<LogLine> {
    return readLogs(this.engine, id, options);
  }

  exec(id: string, options: ExecOptions): Promise<Exec> {
    return startExec(this.engine, id, options);
  }

  async inspectImage(reference: string): Promise<ImageDetails | undefined> {
    const path = imagePath(reference);
    return unless404(
      this.#read(
        (docker, rest) => docker.getImage(path).inspect(rest as Dockerode.ImageInspectOptions),
        imageOf,
      ),
    );
  }

  pullImage(reference: string, options: PullOptions): Promise<void> {
    return pullImage(this.engine, reference, options);
  }

  listImages(): Promise<ImageSummary[]> {
    return this.#read(
      (docker, rest) => docker.listImages({ _query: {}, ...listing, ...rest } as Dockerode.ListImagesOptions),
      (answer) => rowsOf(answer, imageSummaryOf),
    );
  }

  async removeImage(idOrReference: string): Promise<void> {
    const path = imagePath(idOrReference);
    const removing = this.#change(
      (docker, rest) => docker.getImage(path).remove({ _query: {}, ...rest } as object),
      true,
    );
    await unlessStatus([404], removing);
  }

  async tagImage(idOrReference: string, reference: string): Promise<void> {
    const { fromImage: repo, tag } = splitReference(reference);
    const path = imagePath(idOrReference);
    await this.#change(
      (docker, rest) =>
        docker.getImage(path).tag({ repo, tag, _query: { repo, tag }, ...rest } as Dockerode.ImageTagOptions),
      true,
    );
  }

  saveImage(reference: string, { signal }: { signal?: AbortSignal } = {}): AsyncIterable<Buffer> {
    return saveImage(this.engine, reference, signal);
  }

  loadImage(archive: () => AsyncIterable<Buffer>, options: LoadOptions = {}): Promise<void> {
    return loadImage(this.engine, archive, options);
  }

  async inspectVolume(name: string): Promise<VolumeDetails | undefined> {
    return unless404(
      this.#read((docker, rest) => docker.getVolume(encodeURIComponent(name)).inspect(rest), volumeOf),
    );
  }

  async createVolume(options: Parameters<DockerHost['createVolume']>[0]): Promise<VolumeDetails> {
    const { name: Name, driver: Driver, driverOpts: DriverOpts, labels: Labels } = options;
    const _body = { Name, ...(Driver && { Driver }), DriverOpts: DriverOpts ?? {}, Labels: Labels ?? {} };
    await this.#change(
      (docker, rest) => docker.createVolume({ _body, ...rest } as Dockerode.VolumeCreateOptions),
      true,
    );
    const volume = await this.inspectVolume(options.name);
    if (!volume) throw this.engine.streamError(new EngineRefusal(404, `get ${options.name}: no such volume`));
    return volume;
  }

  async removeVolume(name: string): Promise<void> {
    const removing = this.#change(
      (docker, rest) => docker.getVolume(encodeURIComponent(name)).remove(rest),
      true,
    );
    await unlessStatus([404], removing);
  }

  async listVolumes(query: { labels?: readonly string[] }): Promise<VolumeDetails[]> {
    const _query = { filters: { ...(query.labels && { label: query.labels }) } };
    return this.#read(
      (docker, rest) => docker.listVolumes({ _query, ...listing, ...rest } as Dockerode.VolumeListOptions),
      (answer) => rowsOf(objectOf(answer, 'it')['Volumes'] ?? [], volumeOf),
    );
  }

  async listNetworks(query: { labels?: readonly string[] }): Promise<NetworkDetails[]> {
    const _query = { filters: { ...(query.labels && { label: query.labels }) } };
    return this.#read(
      (docker, rest) => docker.listNetworks({ _query, ...listing, ...rest } as Dockerode.NetworkListOptions),
      (answer) => rowsOf(answer, networkOf),
    );
  }

  async createNetwork(options: CreateNetwork): Promise<string> {
    const _body = { ...options, CheckDuplicate: true };
    const created = await this.#change((docker, rest) =>
      docker.createNetwork({ _body, ...rest } as unknown as Dockerode.NetworkCreateOptions),
    );
    return this.engine.understand(() => neededText({ Id: created.id }, 'Id'));
  }

  async removeNetwork(idOrName: string): Promise<void> {
    const removing = this.#change(
      (docker, rest) => docker.getNetwork(encodeURIComponent(idOrName)).remove(rest),
      true,
    );
    await unlessStatus([404], removing);
  }

  events(query: {
    labels?: readonly string[];
    since?: number;
    until?: number;
    signal: AbortSignal;
  }): AsyncGenerator<EngineEvent> {
    return readEvents(this.engine, query);
  }

  async #askInfo(): Promise<EngineInfo> {
    let asked = 0;
    return this.#read(
      (docker, rest) => {
        asked = this.now();
        return (docker as unknown as { info(options: object): Promise<unknown> }).info(rest);
      },
      (answer) => infoOf(answer, this.engine.apiVersion, asked, this.now()),
    );
  }

  /** A question: asked again where the connection dropped. What the answer says is read by `shape`. */
  async #read<T>(
    work: (docker: Dockerode, rest: { abortSignal: AbortSignal }) => Promise<unknown>,
    shape: (answer: unknown) => T,
  ): Promise<T> {
    const answer = await this.engine.ask((docker, abortSignal) => work(docker, { abortSignal }), {
      again: true,
    });
    return this.engine.understand(() => shape(answer));
  }

  /** Something that changes the host; `again` where doing it twice is the same as once. */
  #change<T>(
    work: (docker: Dockerode, rest: { abortSignal: AbortSignal }) => Promise<T>,
    again = false,
  ): Promise<T> {
    const options: AskOptions = { limit: this.engine.limits.change, again };
    return this.engine.ask((docker, abortSignal) => work(docker, { abortSignal }), options);
  }
}

/** Many rows: its answer may be larger than others. */
const listing = { _listing: true };
