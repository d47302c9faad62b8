import { isIn, protocolOf } from './ports.js';
import type { Amounts, InstanceView, PlacementRequest, PortKey, PortRange, Protocol } from './types.js';

/** An instance of the snapshot with what has been planned on it since. The snapshot itself is never written to. */
export class PlannedInstance implements InstanceView {
  readonly id: string;
  readonly name: string;
  readonly status: InstanceView['status'];
  readonly agentConnected: boolean;
  readonly agentVersion: string;
  readonly registeredAt: number;
  readonly attributes: ReadonlyMap<string, string>;
  readonly remaining: Amounts;
  usedPorts: ReadonlySet<PortKey>;
  readonly portRange: PortRange;
  readonly freePorts: Record<Protocol, number>;
  readonly volumes: ReadonlySet<string>;
  tasksByGroup: ReadonlyMap<string, number>;
  private ownPorts: Set<PortKey> | undefined;
  private ownTasks: Map<string, number> | undefined;

  /** `rank`: its place among equals. */
  constructor(
    view: InstanceView,
    readonly rank: number,
  ) {
    this.id = view.id;
    this.name = view.name;
    this.status = view.status;
    this.agentConnected = view.agentConnected;
    this.agentVersion = view.agentVersion;
    this.registeredAt = view.registeredAt;
    this.attributes = view.attributes;
    this.remaining = { ...view.remaining };
    this.usedPorts = view.usedPorts;
    this.portRange = view.portRange;
    this.freePorts = { ...view.freePorts };
    this.volumes = view.volumes;
    this.tasksByGroup = view.tasksByGroup;
  }

  /** Adds a task (1) or takes one away (-1). */
  change(request: PlacementRequest, by: 1 | -1): void {
    this.remaining.cpu -= by * request.cpu;
    this.remaining.memory -= by * request.memory;
    this.remaining.gpus -= by * request.gpus;
    this.freePorts.tcp -= by * request.dynamicPorts.tcp;
    this.freePorts.udp -= by * request.dynamicPorts.udp;
    this.changePorts(request.ports, by);
    this.changeTasks(request.group, by);
  }

  private changePorts(ports: readonly PortKey[], by: 1 | -1): void {
    if (ports.length === 0) return;
    // Copied at the first change: most instances of a large cluster never see one.
    this.usedPorts = this.ownPorts ??= new Set(this.usedPorts);
    for (const port of ports) {
      if (isIn(this.portRange, port)) this.freePorts[protocolOf(port)] -= by;
      if (by > 0) this.ownPorts.add(port);
      else this.ownPorts.delete(port);
    }
  }

  private changeTasks(group: string, by: 1 | -1): void {
    this.tasksByGroup = this.ownTasks ??= new Map(this.tasksByGroup);
    const tasks = (this.ownTasks.get(group) ?? 0) + by;
    if (tasks > 0) this.ownTasks.set(group, tasks);
    else this.ownTasks.delete(group);
  }
}
