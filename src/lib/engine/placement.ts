import { freePorts, portPlan } from '../scheduler/ports.js';
import { sharedVolumes } from '../scheduler/volumes.js';
import type { Amounts, InstanceView, PortKey } from '../scheduler/types.js';
import type { TaskDefinition } from '../api/types.js';
import type { TaskResources } from '../agent/types.js';
import type { Claim, InstanceRecord, UsageRecord } from './records.js';

/** Held on every container instance (ECS agent, default reserved ports): SSH, Docker's API, the agent's own. */
const RESERVED_PORTS: readonly PortKey[] = ['tcp/22', 'tcp/2375', 'tcp/2376', 'tcp/51678', 'tcp/51679'];

export const EMPTY_USAGE: UsageRecord = {
  claims: {},
  foreign: { cpu: 0, memory: 0, gpus: 0, ports: [], containers: [] },
};

/** What Longshore's tasks may use of the instance: CPU units, MiB, GPUs. */
export function capacityOf(instance: InstanceRecord): Amounts {
  const { registered, reserve } = instance;
  return {
    cpu: Math.max(0, registered.cpu - reserve.cpu),
    memory: Math.max(0, registered.memory - reserve.memory),
    gpus: registered.gpus,
  };
}

export function remainingOf(instance: InstanceRecord, usage: UsageRecord): Amounts {
  const remaining = capacityOf(instance);
  for (const used of usesOf(usage)) {
    remaining.cpu -= used.cpu;
    remaining.memory -= used.memory;
    remaining.gpus -= used.gpus;
  }
  return remaining;
}

/** Ports that no new task may have: reserved, held by other processes, by tasks, by other containers. */
export function usedPortsOf(instance: InstanceRecord, usage: UsageRecord): Set<PortKey> {
  const ports = new Set<PortKey>(RESERVED_PORTS);
  for (const port of instance.listening) ports.add(port as PortKey);
  for (const used of usesOf(usage)) for (const port of used.ports) ports.add(port as PortKey);
  return ports;
}

/** The first GPUs of the instance that no task has. */
export function chooseGpus(instance: InstanceRecord, usage: UsageRecord, count: number): number[] {
  const used = new Set(usesOf(usage).flatMap(({ gpuIds = [] }) => gpuIds));
  const all = Array.from({ length: instance.registered.gpus }, (_, id) => id);
  return all.filter((id) => !used.has(id)).slice(0, count);
}

/** What a task takes of its instance. */
export function claimOf(resources: TaskResources, group: string, definition: TaskDefinition): Claim {
  const { fixed } = portPlan(definition);
  const dynamic = resources.ports.filter((port) => !(fixed as string[]).includes(port));
  const volumes = sharedVolumes(definition).map(({ name }) => name);
  return {
    ...resources,
    group,
    ...(dynamic.length > 0 && { dynamic }),
    ...(volumes.length > 0 && { volumes }),
  };
}

/** Names of the shared volumes whose data is on the instance, or will be: of tasks that are about to start there, too. */
export function volumesOf({ volumes = [], claims }: UsageRecord): Set<string> {
  const names = new Set(volumes);
  for (const claim of Object.values(claims)) for (const name of claim.volumes ?? []) names.add(name);
  return names;
}

/** The instance as the scheduler sees it. */
export function instanceView(instance: InstanceRecord, usage: UsageRecord): InstanceView {
  const tasksByGroup = new Map<string, number>();
  for (const claim of Object.values(usage.claims)) {
    tasksByGroup.set(claim.group, (tasksByGroup.get(claim.group) ?? 0) + 1);
  }
  const usedPorts = usedPortsOf(instance, usage);
  return {
    id: instance.id,
    name: instance.name,
    status: instance.status,
    agentConnected: true,
    agentVersion: instance.engineVersion,
    registeredAt: instance.registeredAt,
    attributes: new Map(instance.attributes.map((a) => [a.name ?? '', a.value ?? ''])),
    remaining: remainingOf(instance, usage),
    usedPorts,
    portRange: instance.portRange,
    freePorts: freePorts(instance.portRange, usedPorts),
    volumes: volumesOf(usage),
    tasksByGroup,
  };
}

const usesOf = (usage: UsageRecord): TaskResources[] => [...Object.values(usage.claims), usage.foreign];
