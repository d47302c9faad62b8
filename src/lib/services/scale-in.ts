import type { PlacementStrategy } from '../api/types.js';
import type { ServiceHost, ServiceTask } from './types.js';

const ZONE = 'ecs.availability-zone';

/** Where nothing is said, tasks spread over zones and then hosts, and leave in the same way. */
const DEFAULT: readonly PlacementStrategy[] = [
  { type: 'spread', field: `attribute:${ZONE}` },
  { type: 'spread', field: 'instanceId' },
];

/** What an instance, or all instances of one place, are compared by: the highest loses a task. */
interface Measure {
  value: number;
  /** How it changes with each task that leaves. */
  change: number;
}

/** What of the candidates is on one instance. */
interface Queue {
  measures: readonly Measure[];
  /** The newest last. */
  tasks: ServiceTask[];
}

/**
 * So many tasks, in the order in which they go (ECS, "Task placement and scale-in"): spread keeps the places balanced,
 * binpack takes from the instance that has most left after that, and of equals the newest goes. `all` are the tasks that
 * places are counted by, those that go among them. All tasks of an instance measure the same, so only their newest is
 * looked at.
 */
export function leavingOrder(
  candidates: readonly ServiceTask[],
  all: readonly ServiceTask[],
  hosts: ReadonlyMap<string, ServiceHost>,
  strategy: readonly PlacementStrategy[],
  count: number,
): ServiceTask[] {
  if (count <= 0 || candidates.length === 0) return [];
  const steps = (strategy.length > 0 ? strategy : DEFAULT).map((step) => measured(step, all, hosts));
  const queues = new Map<string, Queue>();
  for (const task of [...candidates].sort((a, b) => (isNewer(a, b) ? 1 : -1))) {
    const queue = queues.get(task.instance);
    if (queue) queue.tasks.push(task);
    else queues.set(task.instance, { measures: steps.map((of) => of(task.instance)), tasks: [task] });
  }
  const order: ServiceTask[] = [];
  while (queues.size > 0 && order.length < count) {
    let from: Queue | undefined;
    for (const queue of queues.values()) if (from === undefined || goesBefore(queue, from)) from = queue;
    const task = from?.tasks.pop();
    if (from === undefined || task === undefined) break;
    order.push(task);
    if (from.tasks.length === 0) queues.delete(task.instance);
    for (const measure of from.measures) measure.value += measure.change;
  }
  return order;
}

/** What a step of the strategy makes of an instance. */
function measured(
  { type, field = '' }: PlacementStrategy,
  all: readonly ServiceTask[],
  hosts: ReadonlyMap<string, ServiceHost>,
): (instance: string) => Measure {
  if (type === 'random') return () => ({ value: 0, change: 0 });
  if (type === 'binpack') {
    const resource = field.toLowerCase() === 'cpu' ? 'cpu' : 'memory';
    // What a task takes isn't known here, but that it leaves more than there was.
    return (instance) => ({ value: hosts.get(instance)?.remaining[resource] ?? 0, change: 1 });
  }
  const places = new Map<string, Measure>();
  const at = (place: string) => {
    const known = places.get(place);
    if (known) return known;
    const measure = { value: 0, change: -1 };
    places.set(place, measure);
    return measure;
  };
  const attribute = /^attribute:(.+)$/.exec(field)?.[1];
  const placeOf = (instance: string) =>
    attribute === undefined ? instance : (attributeOf(hosts.get(instance), attribute) ?? '');
  for (const { instance } of all) at(placeOf(instance)).value += 1;
  return (instance) => at(placeOf(instance));
}

const attributeOf = (host: ServiceHost | undefined, name: string): string | undefined =>
  host?.attributes.get(name) ?? (name === ZONE ? host?.zone : undefined);

function goesBefore(a: Queue, b: Queue): boolean {
  for (const [i, { value }] of a.measures.entries()) {
    const other = b.measures[i]?.value ?? 0;
    if (value !== other) return value > other;
  }
  const [mine, others] = [a.tasks.at(-1), b.tasks.at(-1)];
  return mine !== undefined && others !== undefined && isNewer(mine, others);
}

/** Of those created together, the order of their ids decides, so that it is the same whenever it is asked. */
const isNewer = (a: ServiceTask, b: ServiceTask): boolean =>
  a.createdAt === b.createdAt ? a.id < b.id : a.createdAt > b.createdAt;
