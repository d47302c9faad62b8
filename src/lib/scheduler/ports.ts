import { parsePortRange } from '../api/port-range.js';
import type { PortMapping, TaskDefinition } from '../api/types.js';
import type { PortCounts, PortKey, PortRange, Protocol } from './types.js';

/** A port that a container shows on its host; no `hostPort`: any free one. */
interface PublishedPort {
  container: string;
  containerPort: number;
  protocol: Protocol;
  hostPort?: number;
  /** Of a range that begins with `containerPort`: how many ports, on as many of the host that follow each other. */
  count?: number;
}

/** Host ports that follow each other. */
export interface PortRun {
  protocol: Protocol;
  count: number;
}

export interface PortPlan {
  /** By container and port mapping, in the definition's order. */
  published: PublishedPort[];
  /** Host ports that the task must have. */
  fixed: PortKey[];
  /** Protocols of the host ports that are yet to be chosen, in the order of `published`. */
  dynamic: Protocol[];
  /** Ranges that are yet to be chosen, in the order of `published`. */
  runs: PortRun[];
}

/**
 * The host ports of a task by network mode: in `bridge` the mapping's hostPort, any free one where that is 0 or absent;
 * in `host` the container's own; in `awsvpc` and `none` the host shows none.
 */
export function portPlan({ networkMode = 'bridge', containerDefinitions = [] }: TaskDefinition): PortPlan {
  const shown = networkMode === 'awsvpc' || networkMode === 'none' ? [] : containerDefinitions;
  const published = shown.flatMap(({ name = '', portMappings = [] }) =>
    portMappings.flatMap((mapping) => publishedPort(name, mapping, networkMode === 'host')),
  );
  return {
    published,
    fixed: published.flatMap(({ protocol, hostPort }) =>
      hostPort === undefined ? [] : [`${protocol}/${hostPort}` as const],
    ),
    dynamic: published.flatMap(({ protocol, hostPort, count }) =>
      hostPort === undefined && count === undefined ? [protocol] : [],
    ),
    runs: published.flatMap(({ protocol, count }) => (count === undefined ? [] : [{ protocol, count }])),
  };
}

/**
 * For each run the first of so many free ports that follow each other, sought from a random start; undefined where there
 * is no room for all. The longest are chosen first. Ports chosen are `used` afterwards.
 */
export function chooseRuns(
  [first, last]: PortRange,
  used: Set<PortKey>,
  runs: readonly PortRun[],
  random: () => number,
): number[] | undefined {
  const size = Math.max(0, last - first + 1);
  const chosen = runs.map(() => 0);
  const longestFirst = [...runs.entries()].sort(([, a], [, b]) => b.count - a.count);
  for (const [index, { protocol, count }] of longestFirst) {
    const at = firstRun(
      size,
      Math.floor(random() * size),
      count,
      (n) => !used.has(`${protocol}/${first + n}`),
    );
    if (at === undefined) return undefined;
    chosen[index] = first + at;
    for (let n = 0; n < count; n++) used.add(`${protocol}/${first + at + n}`);
  }
  return chosen;
}

/** Where so many free places in a row begin, sought from `start` on and then from 0 on. */
function firstRun(
  size: number,
  start: number,
  count: number,
  isFree: (n: number) => boolean,
): number | undefined {
  for (const [from, to] of [
    [start, size],
    [0, Math.min(size, start + count - 1)],
  ] as const) {
    let length = 0;
    for (let n = from; n < to; n++) {
      length = isFree(n) ? length + 1 : 0;
      if (length === count) return n - count + 1;
    }
  }
  return undefined;
}

/**
 * Free ports of a range (first and last), one for each protocol asked for, in that order; undefined where there aren't
 * enough. They are sought from a random start: a port that was just given back is seldom handed out at once.
 */
export function choosePorts(
  [first, last]: PortRange,
  used: ReadonlySet<PortKey>,
  protocols: readonly Protocol[],
  random: () => number,
): PortKey[] | undefined {
  const size = Math.max(0, last - first + 1);
  const start = Math.floor(random() * size);
  const tried = { tcp: 0, udp: 0 };
  const chosen: PortKey[] = [];
  for (const protocol of protocols) {
    let port: PortKey;
    do {
      if (tried[protocol] === size) return undefined;
      port = `${protocol}/${first + ((start + tried[protocol]++) % size)}`;
    } while (used.has(port));
    chosen.push(port);
  }
  return chosen;
}

/** How many there are of each protocol. */
export function countPorts(protocols: readonly Protocol[], runs: readonly PortRun[] = []): PortCounts {
  const count = (wanted: Protocol) =>
    protocols.filter((protocol) => protocol === wanted).length +
    runs.reduce((sum, run) => sum + (run.protocol === wanted ? run.count : 0), 0);
  return { tcp: count('tcp'), udp: count('udp') };
}

/** How many ports of the range nothing uses yet. */
export function freePorts(range: PortRange, used: Iterable<PortKey>): PortCounts {
  const size = Math.max(0, range[1] - range[0] + 1);
  const free = { tcp: size, udp: size };
  for (const port of used) if (isIn(range, port)) free[protocolOf(port)]--;
  return free;
}

export function isIn([first, last]: PortRange, port: PortKey): boolean {
  const number = Number(port.slice(4));
  return number >= first && number <= last;
}

export function protocolOf(port: PortKey): Protocol {
  return port.startsWith('u') ? 'udp' : 'tcp';
}

function publishedPort(
  container: string,
  { containerPort, containerPortRange, hostPort, protocol }: PortMapping,
  onHost: boolean,
): PublishedPort[] {
  const range = parsePortRange(containerPortRange ?? '');
  if (range !== undefined) {
    const [first, last] = range;
    const count = last - first + 1;
    return [{ container, containerPort: first, protocol: protocol === 'udp' ? 'udp' : 'tcp', count }];
  }
  if (containerPort === undefined) return [];
  const fixed = onHost ? containerPort : hostPort || undefined;
  // ECS takes any other protocol for tcp.
  return [
    {
      container,
      containerPort,
      protocol: protocol === 'udp' ? 'udp' : 'tcp',
      ...(fixed && { hostPort: fixed }),
    },
  ];
}
