import { createHash } from 'node:crypto';
import {
  type Fields,
  flagOf,
  listOf,
  namesOf,
  neededText,
  Nonsense,
  numberOf,
  objectOf,
  partOf,
  textMapOf,
  textOf,
} from './answer-fields.js';
import type {
  EngineEvent,
  EngineInfo,
  ImageDetails,
  ImageSummary,
  NetworkDetails,
  VolumeDetails,
} from './docker-host.js';

/** Rows of a listing; a host has some thousands of containers at most. */
const mostRows = 100_000;
/** Characters of `registry/name@sha256:…`, of a version or the like, of a path, of a warning. */
export const longestReference = 512;
const longestWord = 128;
const mostPairs = 100;
const longestPath = 4096;
const longestWarning = 500;

/**
 * The engine's answers in the shapes of DockerHost. What older engines leave out or give as null is empty here.
 * This is for the rows of any listing. Throws Nonsense, as all of these do.
 */
export function rowsOf<T>(answer: unknown, shape: (row: unknown) => T): T[] {
  if (!Array.isArray(answer)) throw new Nonsense('it is no list');
  if (answer.length > mostRows) throw new Nonsense(`it has ${answer.length} rows`);
  return answer.map(shape);
}

export function imageOf(answer: unknown): ImageDetails {
  const image = objectOf(answer, 'the image');
  return {
    id: neededText(image, 'Id'),
    repoTags: namesOf(image, 'RepoTags', longestReference),
    repoDigests: namesOf(image, 'RepoDigests', longestReference),
    os: textOf(image, 'Os'),
    architecture: textOf(image, 'Architecture'),
    created: parseTime(textOf(image, 'Created')) ?? 0,
    layers: namesOf(partOf(image, 'RootFS'), 'Layers'),
    size: numberOf(image, 'Size'),
    configHash: configHash(partOf(image, 'Config')),
  };
}

/** Members of an image's configuration that containers get; engines leave out different ones of those without a value. */
const configMembers = [
  ...['Cmd', 'Entrypoint', 'Env', 'ExposedPorts', 'Healthcheck', 'Labels', 'OnBuild', 'Shell', 'StopSignal'],
  ...['StopTimeout', 'User', 'Volumes', 'WorkingDir'],
];

function configHash(config: Fields): string {
  const said = configMembers.flatMap((name) => {
    const text = JSON.stringify(config[name], sortedKeys) ?? 'null';
    return /^(null|""|\[\]|\{\}|0)$/.test(text) ? [] : [[name, text]];
  });
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

const sortedKeys = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

export function imageSummaryOf(answer: unknown): ImageSummary {
  const image = objectOf(answer, 'an image');
  // Images without a name have one that says so, in some versions.
  const names = (key: string) =>
    namesOf(image, key, longestReference).filter((name) => !name.startsWith('<none>'));
  return {
    id: neededText(image, 'Id'),
    repoTags: names('RepoTags'),
    repoDigests: names('RepoDigests'),
    size: numberOf(image, 'Size'),
  };
}

export function volumeOf(answer: unknown): VolumeDetails {
  const volume = objectOf(answer, 'a volume');
  return {
    name: neededText(volume, 'Name'),
    driver: textOf(volume, 'Driver'),
    options: textMapOf(volume, 'Options'),
    labels: textMapOf(volume, 'Labels'),
    createdAt: textOf(volume, 'CreatedAt'),
  };
}

export function networkOf(answer: unknown): NetworkDetails {
  const network = objectOf(answer, 'a network');
  return {
    id: neededText(network, 'Id'),
    name: neededText(network, 'Name'),
    driver: textOf(network, 'Driver'),
    labels: textMapOf(network, 'Labels'),
    createdAt: textOf(network, 'Created'),
  };
}

/** One line of the stream of events. */
export function eventOf(answer: unknown): EngineEvent {
  const event = objectOf(answer, 'an event');
  const actor = partOf(event, 'Actor');
  const nanoseconds = numberOf(event, 'timeNano');
  return {
    type: textOf(event, 'Type'),
    action: textOf(event, 'Action'),
    id: textOf(actor, 'ID'),
    attributes: textMapOf(actor, 'Attributes'),
    time: nanoseconds === 0 ? numberOf(event, 'time') * 1000 : nanoseconds / 1e6,
  };
}

/** Of GET /info. `asked` and `answered`: this machine's clock around the request, epoch milliseconds. */
export function infoOf(answer: unknown, apiVersion: string, asked: number, answered: number): EngineInfo {
  const info = objectOf(answer, 'it');
  const plugins = partOf(info, 'Plugins');
  const engineTime = parseTime(textOf(info, 'SystemTime'));
  return {
    engineId: textOf(info, 'ID'),
    hostname: textOf(info, 'Name'),
    serverVersion: textOf(info, 'ServerVersion', longestWord),
    apiVersion,
    osType: textOf(info, 'OSType', longestWord) || 'linux',
    operatingSystem: textOf(info, 'OperatingSystem'),
    kernelVersion: textOf(info, 'KernelVersion'),
    architecture: textOf(info, 'Architecture', longestWord),
    cpus: numberOf(info, 'NCPU'),
    memoryBytes: numberOf(info, 'MemTotal'),
    storageDriver: textOf(info, 'Driver'),
    driverStatus: pairsOf(info, 'DriverStatus'),
    loggingDriver: textOf(info, 'LoggingDriver', longestWord),
    dockerRootDir: textOf(info, 'DockerRootDir', longestPath),
    logDrivers: namesOf(plugins, 'Log'),
    networkDrivers: namesOf(plugins, 'Network'),
    volumeDrivers: namesOf(plugins, 'Volume'),
    runtimes: namesOf({ Runtimes: Object.keys(partOf(info, 'Runtimes')) }, 'Runtimes'),
    securityOptions: namesOf(info, 'SecurityOptions', longestReference),
    cgroupVersion: textOf(info, 'CgroupVersion', longestWord) || '1',
    memoryLimit: flagOf(info, 'MemoryLimit'),
    swapLimit: flagOf(info, 'SwapLimit'),
    cpuCfsQuota: flagOf(info, 'CpuCfsQuota'),
    // The engine read its clock somewhere between the two.
    clockOffset: engineTime === undefined ? 0 : Math.round(engineTime - (asked + answered) / 2),
    warnings: namesOf(info, 'Warnings', longestWarning),
  };
}

/** The engine tells some things as a list of `[name, value]`. */
function pairsOf(fields: Fields, name: string): Record<string, string> {
  const pairs = listOf(fields[name], name, mostPairs).filter(
    (pair) => Array.isArray(pair) && pair.length === 2,
  );
  return Object.fromEntries(
    pairs.map((pair) => (pair as unknown[]).map((text) => String(text).slice(0, longestWord))),
  );
}

/** Epoch milliseconds; of later times, and of differences to them, JavaScript makes no dates. */
export const latestTime = Date.UTC(9999, 11, 31);

/** Epoch milliseconds with fractions, of RFC 3339 with up to nine digits; undefined for the engine's "never". */
export function parseTime(text: string | undefined): number | undefined {
  if (!text || text.length > 64 || text.startsWith('0001-')) return undefined;
  const whole = Date.parse(text.replace(/\.\d+/, ''));
  if (!(whole >= 0 && whole <= latestTime)) return undefined;
  return whole + Number(/\.\d+/.exec(text)?.[0] ?? 0) * 1000;
}
