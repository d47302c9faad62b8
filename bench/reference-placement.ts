import type { PlacementStrategy } from '../src/lib/api/types.js';
import { compileQuery, type Query } from '../src/lib/scheduler/query-language/query.js';
import type { InstanceView, PlacementRequest, PortKey, Protocol } from '../src/lib/scheduler/types.js';

interface Instance extends InstanceView {
  usedPorts: Set<PortKey>;
  freePorts: Record<Protocol, number>;
  tasksByGroup: Map<string, number>;
}

/**
 * Placement as its rules read, without an index: every pick looks at every instance. The placer must pick the same from
 * the same random numbers.
 */
export class ReferencePlacer {
  /** By rank: a shuffled order. */
  private readonly instances: Instance[];
  private readonly queries = new Map<string, Query>();
  private readonly orders = new Map<PlacementRequest, Instance[]>();

  constructor(
    snapshot: readonly InstanceView[],
    private readonly random: () => number,
  ) {
    this.instances = snapshot.map((view) => ({
      ...view,
      remaining: { ...view.remaining },
      usedPorts: new Set(view.usedPorts),
      freePorts: { ...view.freePorts },
      tasksByGroup: new Map(view.tasksByGroup),
    }));
    for (let last = this.instances.length - 1; last >= 0; last--) {
      const chosen = Math.floor(random() * (last + 1));
      [this.instances[last], this.instances[chosen]] = [this.instances[chosen]!, this.instances[last]!];
    }
  }

  /** The instance's id; undefined where none can take the task. */
  place(request: PlacementRequest): string | undefined {
    let candidates = this.inOrder(request).filter((instance) => this.canTake(instance, request));
    if (candidates.length === 0) return undefined;
    let chance = request.strategy.length === 0;
    for (const strategy of request.strategy) {
      if (strategy.type === 'random') chance = true;
      if (chance) break;
      const keys = this.keysOf(candidates, strategy, request.group);
      const least = keys.reduce((a, b) => Math.min(a, b));
      candidates = candidates.filter((_, index) => keys[index] === least);
    }
    const picked = candidates[chance ? Math.floor(this.random() * candidates.length) : 0]!;
    change(picked, request, 1);
    return picked.id;
  }

  release(instanceId: string, request: PlacementRequest): void {
    change(
      this.instances.find(({ id }) => id === instanceId)!,
      request,
      -1,
    );
  }

  private canTake(instance: Instance, request: PlacementRequest): boolean {
    const { remaining, attributes, usedPorts, tasksByGroup } = instance;
    if (instance.status !== 'ACTIVE' || !instance.agentConnected) return false;
    if (request.cpu > 0 && remaining.cpu < request.cpu) return false;
    if (request.memory > 0 && remaining.memory < request.memory) return false;
    if (request.gpus > 0 && remaining.gpus < request.gpus) return false;
    for (const port of request.ports) if (usedPorts.has(port)) return false;
    for (const protocol of ['tcp', 'udp'] as const) {
      const dynamic = request.dynamicPorts[protocol];
      const fixed = request.ports.filter(
        (port) => port.startsWith(protocol) && inRange(instance, port),
      ).length;
      if (dynamic > 0 && instance.freePorts[protocol] < dynamic + fixed) return false;
    }
    for (const { name, value } of request.requiredAttributes) {
      if (!attributes.has(name) || (value !== undefined && attributes.get(name) !== value)) return false;
    }
    for (const { type, expression = '' } of request.constraints) {
      if (
        type === 'distinctInstance'
          ? tasksByGroup.get(request.group)
          : !this.query(expression).matches(instance)
      )
        return false;
    }
    return true;
  }

  private query(expression: string): Query {
    let query = this.queries.get(expression);
    if (!query) this.queries.set(expression, (query = compileQuery(expression)));
    return query;
  }

  private keysOf(candidates: Instance[], { type, field = '' }: PlacementStrategy, group: string): number[] {
    if (type === 'binpack') return candidates.map(({ remaining }) => remaining[field as 'cpu' | 'memory']);
    if (field === 'instanceId' || field === 'host')
      return candidates.map((one) => one.tasksByGroup.get(group) ?? 0);
    const attribute = field.slice('attribute:'.length);
    const tasks = new Map<string | undefined, number>();
    for (const { attributes, tasksByGroup } of this.instances) {
      const own = tasksByGroup.get(group);
      if (own === undefined) continue;
      const value = attributes.get(attribute);
      tasks.set(value, (tasks.get(value) ?? 0) + own);
    }
    tasks.set(undefined, Infinity);
    return candidates.map(({ attributes }) => tasks.get(attributes.get(attribute)) ?? 0);
  }

  /** Equals go by rank, those with the same values of the spread attributes together. */
  private inOrder(request: PlacementRequest): Instance[] {
    const known = this.orders.get(request);
    if (known) return known;
    const groups = new Map<string, Instance[]>();
    for (const instance of this.instances) {
      const values = JSON.stringify(
        spreadAttributes(request.strategy).map((name) => instance.attributes.get(name) ?? null),
      );
      const alike = groups.get(values);
      if (alike) alike.push(instance);
      else groups.set(values, [instance]);
    }
    const order = [...groups.values()].flat();
    this.orders.set(request, order);
    return order;
  }
}

function spreadAttributes(strategy: readonly PlacementStrategy[]): string[] {
  const end = strategy.findIndex(({ type }) => type === 'random');
  return strategy
    .slice(0, end < 0 ? undefined : end)
    .flatMap(({ type, field }) =>
      type === 'spread' && field?.startsWith('attribute:') ? [field.slice('attribute:'.length)] : [],
    );
}

function inRange({ portRange: [first, last] }: Instance, port: PortKey): boolean {
  const number = Number(port.split('/')[1]);
  return first <= number && number <= last;
}

function change(instance: Instance, request: PlacementRequest, by: 1 | -1): void {
  instance.remaining.cpu -= by * request.cpu;
  instance.remaining.memory -= by * request.memory;
  instance.remaining.gpus -= by * request.gpus;
  for (const protocol of ['tcp', 'udp'] as const)
    instance.freePorts[protocol] -= by * request.dynamicPorts[protocol];
  for (const port of request.ports) {
    if (inRange(instance, port)) instance.freePorts[port.slice(0, 3) as Protocol] -= by;
    if (by > 0) instance.usedPorts.add(port);
    else instance.usedPorts.delete(port);
  }
  const tasks = (instance.tasksByGroup.get(request.group) ?? 0) + by;
  if (tasks > 0) instance.tasksByGroup.set(request.group, tasks);
  else instance.tasksByGroup.delete(request.group);
}
