import { freePorts } from '../../../src/lib/scheduler/ports.js';
import type { InstanceView, PlacementRequest, PortKey } from '../../../src/lib/scheduler/types.js';

/** An instance of 1024 CPU units and 1024 MiB where nothing else is said. */
export function instance(
  name: string,
  {
    attributes = {},
    tasks = {},
    ports = [],
    cpu = 1024,
    memory = 1024,
    gpus = 0,
    volumes = [],
    portRange = [49153, 65535],
    ...rest
  }: InstanceSketch = {},
): InstanceView {
  return {
    id: `id-${name}`,
    name,
    status: 'ACTIVE',
    agentConnected: true,
    agentVersion: '1.0.0',
    registeredAt: Date.UTC(2026, 0, 1),
    attributes: new Map(Object.entries(attributes)),
    remaining: { cpu, memory, gpus },
    usedPorts: new Set(ports),
    portRange,
    freePorts: freePorts(portRange, ports),
    volumes: new Set(volumes),
    tasksByGroup: new Map(Object.entries(tasks)),
    ...rest,
  };
}

interface InstanceSketch extends Partial<
  Omit<InstanceView, 'attributes' | 'remaining' | 'usedPorts' | 'freePorts' | 'volumes' | 'tasksByGroup'>
> {
  attributes?: Record<string, string>;
  tasks?: Record<string, number>;
  ports?: PortKey[];
  volumes?: string[];
  cpu?: number;
  memory?: number;
  gpus?: number;
}

/** A task of 128 CPU units and 128 MiB of group `family:web` where nothing else is said. */
export function request(sketch: Partial<PlacementRequest> = {}): PlacementRequest {
  return {
    cpu: 128,
    memory: 128,
    gpus: 0,
    ports: [],
    dynamicPorts: { tcp: 0, udp: 0 },
    group: 'family:web',
    requiredAttributes: [],
    volumes: [],
    constraints: [],
    strategy: [],
    ...sketch,
  };
}

export function memberOf(expression: string) {
  return { type: 'memberOf' as const, expression };
}

export function spread(field: string) {
  return { type: 'spread' as const, field };
}

export function binpack(field: string) {
  return { type: 'binpack' as const, field };
}
