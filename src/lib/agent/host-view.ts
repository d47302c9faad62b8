import type { DockerHost } from '../hosts/docker-host.js';
import type { ContainerDetails, ContainerSummary } from '../hosts/container-types.js';
import { claimingStates, foreignUsage, isUnlabelled, viewOf, type HostView } from './claims.js';
import type { Capacity, ForeignUsage, TaskResources } from './types.js';

type Limits = Pick<TaskResources, 'cpu' | 'memory'>;

/** What this process remembers of a host between listings. */
interface Memory {
  /** The listing under way, and the one that begins when it ends. */
  current?: Promise<HostView>;
  next?: Promise<HostView>;
  /** Limits of unlabelled containers by id: they don't change but by `docker update`. */
  limits: Map<string, Limits>;
}

const memories = new WeakMap<DockerHost, Memory>();

/**
 * What is taken of a host, from one listing that begins after this call. Those who ask while one is under way share the
 * next: many tasks that start at once cost few listings. Throws HostError.
 */
export function viewHost(host: DockerHost): Promise<HostView> {
  const memory: Memory = memories.get(host) ?? { limits: new Map() };
  memories.set(host, memory);
  if (!memory.current) return begin(memory, host);
  // However the present one ends, those who share the next did not ask for it.
  memory.next ??= memory.current.then(
    () => begin(memory, host),
    () => begin(memory, host),
  );
  return memory.next;
}

/** What uses the host beside the caller's own tasks, for its next placement. Throws HostError. */
export async function observeForeign(
  host: DockerHost,
  capacity: Capacity,
  isOwn: (taskId: string) => boolean,
): Promise<ForeignUsage> {
  return foreignUsage(await viewHost(host), capacity, isOwn);
}

function begin(memory: Memory, host: DockerHost): Promise<HostView> {
  memory.next = undefined;
  const listing = look(host, memory);
  memory.current = listing;
  const end = () => {
    if (memory.current === listing) memory.current = undefined;
  };
  listing.then(end, end);
  return listing;
}

async function look(host: DockerHost, memory: Memory): Promise<HostView> {
  const listing = await host.listContainers({ all: true, status: claimingStates });
  await learnLimits(host, memory, listing.filter(isUnlabelled));
  return viewOf(listing, (id) => memory.limits.get(id));
}

async function learnLimits(host: DockerHost, memory: Memory, containers: ContainerSummary[]): Promise<void> {
  const known = memory.limits;
  const pairs = await Promise.all(
    containers.map(
      async ({ id }) => [id, known.get(id) ?? limitsOf(await host.inspectContainer(id))] as const,
    ),
  );
  memory.limits = new Map(pairs);
}

/** CPU units and MiB that a container may take by its own settings; 0 where it has no limit. */
function limitsOf(container: ContainerDetails | undefined): Limits {
  if (!container) return { cpu: 0, memory: 0 };
  const { memory, memoryReservation, cpuShares, nanoCpus, cpuQuota } = container.hostConfig;
  const cpus = nanoCpus > 0 ? nanoCpus / 1e9 : Math.max(0, cpuQuota) / 100_000;
  return {
    cpu: Math.ceil(cpuShares || cpus * 1024),
    memory: Math.ceil((memory || memoryReservation) / 1024 ** 2),
  };
}
