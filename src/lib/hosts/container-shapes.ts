import {
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
  textsOf,
  type Fields,
} from './answer-fields.js';
import type { ContainerDetails, ContainerState, ContainerSummary, PublishedPort } from './container-types.js';
import { latestTime, longestReference, parseTime } from './docker-shapes.js';

/** Both families of each port. */
const mostPorts = 2 * 65_536;
/** Host addresses of one port. */
const mostBindings = 64;
/** Arguments, or variables, of one container. */
const mostWords = 100_000;
const mostNetworks = 256;
const mostProbes = 32;
/** Characters of an IPv6 address with an IPv4 one in it. */
const longestAddress = 45;
/** Characters of a state, and of the name of a protocol. */
const longestState = 32;
const longestProtocol = 8;

/** A row of the list of containers. Throws Nonsense, as all of these do. */
export function summaryOf(answer: unknown): ContainerSummary {
  const container = objectOf(answer, 'a container');
  return {
    id: neededText(container, 'Id'),
    // Links add names such as `/other/alias`; a container's own have one slash.
    names: namesOf(container, 'Names', longestReference)
      .filter((name) => name.lastIndexOf('/') === 0)
      .map((name) => name.slice(1)),
    image: textOf(container, 'Image'),
    imageId: textOf(container, 'ImageID'),
    created: Math.min(Math.max(0, numberOf(container, 'Created')), latestTime / 1000),
    state: textOf(container, 'State', longestState) as ContainerState,
    status: textOf(container, 'Status'),
    labels: textMapOf(container, 'Labels'),
    ports: listOf(container['Ports'], 'Ports', mostPorts).map(publishedPortOf),
    addresses: Object.values(networksOf(partOf(partOf(container, 'NetworkSettings'), 'Networks')))
      .map(({ ipAddress }) => ipAddress)
      .filter((address) => address !== ''),
  };
}

function publishedPortOf(answer: unknown): PublishedPort {
  const port = objectOf(answer, 'a port');
  const ip = textOf(port, 'IP', longestAddress);
  const publicPort = portNumber(numberOf(port, 'PublicPort'));
  return {
    ...(ip === '' ? {} : { ip }),
    privatePort: portNumber(numberOf(port, 'PrivatePort')),
    ...(publicPort === 0 ? {} : { publicPort }),
    type: textOf(port, 'Type', longestProtocol) as PublishedPort['type'],
  };
}

export function detailsOf(answer: unknown): ContainerDetails {
  const container = objectOf(answer, 'the container');
  const config = partOf(container, 'Config');
  return {
    id: neededText(container, 'Id'),
    name: textOf(container, 'Name').replace(/^\//, ''),
    created: parseTime(textOf(container, 'Created')) ?? 0,
    imageId: textOf(container, 'Image'),
    image: textOf(config, 'Image'),
    restartCount: numberOf(container, 'RestartCount'),
    state: stateOf(objectOf(container['State'], 'State')),
    labels: textMapOf(config, 'Labels'),
    env: textsOf(config, 'Env', mostWords),
    command: wordsOf(config, 'Cmd'),
    entrypoint: wordsOf(config, 'Entrypoint'),
    hostConfig: hostConfigOf(partOf(container, 'HostConfig')),
    ports: portsOf(partOf(partOf(container, 'NetworkSettings'), 'Ports')),
    networks: networksOf(partOf(partOf(container, 'NetworkSettings'), 'Networks')),
  };
}

function stateOf(state: Fields): ContainerDetails['state'] {
  const running = flagOf(state, 'Running');
  return {
    status: textOf(state, 'Status', longestState) as ContainerState,
    running,
    oomKilled: flagOf(state, 'OOMKilled'),
    exitCode: numberOf(state, 'ExitCode'),
    error: textOf(state, 'Error'),
    startedAt: parseTime(textOf(state, 'StartedAt')),
    // While it runs again, the engine still tells when it ended last.
    finishedAt: running ? undefined : parseTime(textOf(state, 'FinishedAt')),
    health: healthOf(partOf(state, 'Health')),
  };
}

function hostConfigOf(host: Fields): ContainerDetails['hostConfig'] {
  return {
    memory: numberOf(host, 'Memory'),
    memoryReservation: numberOf(host, 'MemoryReservation'),
    cpuShares: numberOf(host, 'CpuShares'),
    nanoCpus: numberOf(host, 'NanoCpus'),
    cpuQuota: numberOf(host, 'CpuQuota'),
    networkMode: textOf(host, 'NetworkMode') || 'default',
    restartPolicy: textOf(partOf(host, 'RestartPolicy'), 'Name') || 'no',
  };
}

/** One word or a list of them; undefined where there is none. */
function wordsOf(config: Fields, name: string): string[] | undefined {
  const value = config[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? [value] : textsOf(config, name, mostWords);
}

function networksOf(networks: Fields): ContainerDetails['networks'] {
  const addresses = Object.keys(networks)
    .slice(0, mostNetworks)
    .map((name) => {
      const network = partOf(networks, name);
      const globalIPv6Address = textOf(network, 'GlobalIPv6Address', longestAddress);
      const ipAddress = textOf(network, 'IPAddress', longestAddress);
      const macAddress = textOf(network, 'MacAddress', longestAddress);
      const more = {
        ...(macAddress === '' ? {} : { macAddress }),
        ...(globalIPv6Address === '' ? {} : { globalIPv6Address }),
      };
      return [name, { ipAddress, ...more }] as const;
    });
  return Object.fromEntries(addresses);
}

type Health = ContainerDetails['state']['health'];

function healthOf(health: Fields): Health {
  const status = textOf(health, 'Status', longestState);
  if (status === 'none' || status === '') return undefined;
  return {
    status: status as NonNullable<Health>['status'],
    log: listOf(health['Log'], 'Log', mostProbes).map((answer) => {
      const probe = objectOf(answer, 'a health check');
      return {
        end: parseTime(textOf(probe, 'End')) ?? 0,
        exitCode: numberOf(probe, 'ExitCode'),
        output: textOf(probe, 'Output', 4096),
      };
    }),
  };
}

function portsOf(ports: Fields): PublishedPort[] {
  return Object.keys(ports)
    .slice(0, mostPorts)
    .flatMap((key) => {
      const [port, type = 'tcp'] = key.split('/');
      const inside = {
        privatePort: portNumber(Number(port)),
        type: type.slice(0, longestProtocol) as PublishedPort['type'],
      };
      const bindings = listOf(ports[key], 'Ports', mostBindings);
      if (bindings.length === 0) return [inside];
      return bindings.map((answer) => {
        const binding = objectOf(answer, 'a port');
        const publicPort = portNumber(Number(textOf(binding, 'HostPort')));
        return { ...inside, ip: textOf(binding, 'HostIp', longestAddress), publicPort };
      });
    });
}

function portNumber(number: number): number {
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new Nonsense('a port is no number of a port');
}
