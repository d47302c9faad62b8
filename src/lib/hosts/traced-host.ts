import type { DockerHost } from './docker-host.js';

/** A step on the way to a host, or of what is done there: facts only, never a value of the environment or a command. */
export interface HostStep {
  host: string;
  what: string;
  /** How long it took; undefined where it begins and may take its time. */
  milliseconds?: number;
}

export type OnStep = (step: HostStep) => void;

/** Signs of life are asked for all the time: they are no steps. */
type Method = Exclude<keyof DockerHost, 'name' | 'ping'>;
type Words = {
  [K in Method]: (...given: Parameters<NonNullable<DockerHost[K]>>) => string;
};

/** The same host, that tells of each request when it is answered, and of those that may take their time also before. */
export function tracedHost(host: DockerHost, onStep: OnStep): DockerHost {
  const tell = (what: string, since?: number) =>
    onStep({
      host: host.name,
      what,
      ...(since !== undefined && { milliseconds: performance.now() - since }),
    });
  return new Proxy(host, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!(name in words)) return value.bind(target) as unknown;
      const method = name as Method;
      const describe = words[method] as (...given: unknown[]) => string;
      return (...given: unknown[]) => {
        const what = describe(...given);
        if (lasting.has(method)) tell(`${what} …`);
        const answer: unknown = value.apply(target, given);
        return isIterable(answer) ? tracedItems(answer, what, tell) : tracedAnswer(answer, what, tell);
      };
    },
  });
}

/** What is asked of the host, in words. Nothing here may show an environment, a command, a body or credentials. */
const words: Words = {
  info: () => 'info',
  engineStart: () => "the engine's start",
  listeningPorts: () => 'listening ports',
  freeDisk: () => 'free disk',
  gpus: () => 'GPUs',
  listContainers: ({ labels = [] }) => `list containers ${labels.join(' ')}`.trimEnd(),
  inspectContainer: (id) => `inspect container ${short(id)}`,
  containerStats: (id) => `stats of container ${short(id)}`,
  createContainer: (name) => `create container ${name}`,
  startContainer: (id) => `start container ${short(id)}`,
  updateContainer: (id, { RestartPolicy: { Name } }) =>
    `set restart policy of container ${short(id)} to ${Name}`,
  stopContainer: (id, seconds) => `stop container ${short(id)} (SIGKILL after ${seconds} s)`,
  killContainer: (id, signal) => `send ${signal} to container ${short(id)}`,
  removeContainer: (id) => `remove container ${short(id)}`,
  putArchive: (id, folder) => `write ${folder} of container ${short(id)}`,
  waitContainer: (id) => `wait for container ${short(id)}`,
  logs: (id, { follow }) => `${follow ? 'follow' : 'read'} log of container ${short(id)}`,
  exec: (id, { tty }) => `run a command in container ${short(id)}${tty ? ', on a terminal' : ''}`,
  inspectImage: (reference) => `inspect image ${reference}`,
  pullImage: (reference) => `pull image ${reference}`,
  listImages: () => 'list images',
  tagImage: (image, reference) => `tag image ${short(image)} as ${reference}`,
  saveImage: (reference) => `save image ${reference}`,
  loadImage: () => 'load an image',
  removeImage: (reference) => `remove image ${short(reference)}`,
  inspectVolume: (name) => `inspect volume ${name}`,
  createVolume: ({ name }) => `create volume ${name}`,
  removeVolume: (name) => `remove volume ${name}`,
  listVolumes: () => 'list volumes',
  listNetworks: () => 'list networks',
  createNetwork: ({ Name }) => `create network ${Name}`,
  removeNetwork: (network) => `remove network ${short(network)}`,
  events: () => 'watch events',
};

/** They are told of when they begin, too. */
const lasting: ReadonlySet<Method> = new Set<Method>([
  'stopContainer',
  'waitContainer',
  'logs',
  'pullImage',
  'saveImage',
  'loadImage',
  'events',
]);

type Tell = (what: string, since?: number) => void;

async function tracedAnswer(answer: unknown, what: string, tell: Tell): Promise<unknown> {
  const since = performance.now();
  try {
    const result = await answer;
    // What was known already is no step.
    if (what !== words.info() || performance.now() - since > 0.5) tell(what, since);
    return result;
  } catch (error) {
    tell(`${what} failed`, since);
    throw error;
  }
}

async function* tracedItems(
  items: AsyncIterable<unknown>,
  what: string,
  tell: Tell,
): AsyncGenerator<unknown> {
  const since = performance.now();
  let count = 0;
  try {
    for await (const item of items) {
      count += 1;
      yield item;
    }
  } finally {
    tell(`${what}: ended, ${count} in all`, since);
  }
}

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** Ids as `docker ps` shows them; names are what they are. */
const short = (idOrName: string): string => idOrName.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/, '$2');
