import type { PlacementStrategy } from '../api/types.js';
import type { ServiceHost, ServiceTask } from './types.js';

/** Where nothing is said, tasks spread over zones and then hosts, and leave in the same way. */
const DEFAULT: readonly PlacementStrategy[] = [
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'instanceId' },
];

/**
 * So many tasks, in the order in which they go (ECS, "Task placement and scale-in"): spread keeps the places balanced,
 * binpack takes from the instance that has most left after that, and of equals the newest goes. `all` are the tasks that
 * places are counted by, those that go among them.
 */
export function leavingOrder(
  candidates: readonly ServiceTask[],
  all: readonly ServiceTask[],
  hosts: ReadonlyMap<string, ServiceHost>,
  strategy: readonly PlacementStrategy[],
  count: number,
): ServiceTask[] {
  const steps = strategy.length > 0 ? strategy : DEFAULT;
  const counts = steps.map((step) => countBy(all, (task) => placeOf(task, hosts, step)));
  const left = [...candidates].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  const order: ServiceTask[] = [];
  while (left.length > 0 && order.length < count) {
    const keyOf = (task: ServiceTask) =>
      steps.map((step, i) => {
        const place = placeOf(task, hosts, step);
        return place === undefined ? remainingOf(task, hosts, step) : (counts[i]?.get(place) ?? 0);
      });
    const next = left.reduce((best, task) => (compare(keyOf(task), keyOf(best)) > 0 ? task : best));
    order.push(next);
    left.splice(left.indexOf(next), 1);
    for (const [i, step] of steps.entries()) {
      const place = placeOf(next, hosts, step);
      if (place !== undefined) counts[i]?.set(place, (counts[i]?.get(place) ?? 1) - 1);
    }
  }
  return order;
}

/** Of a spread: where the task is; undefined for other strategies. */
function placeOf(
  { instance }: ServiceTask,
  hosts: ReadonlyMap<string, ServiceHost>,
  { type, field = '' }: PlacementStrategy,
): string | undefined {
  if (type !== 'spread') return undefined;
  const attribute = /^attribute:(.+)$/.exec(field)?.[1];
  return attribute === undefined ? instance : (hosts.get(instance)?.attributes.get(attribute) ?? '');
}

function remainingOf(
  { instance }: ServiceTask,
  hosts: ReadonlyMap<string, ServiceHost>,
  { type, field }: PlacementStrategy,
): number {
  if (type !== 'binpack') return 0;
  const { cpu, memory } = hosts.get(instance)?.remaining ?? { cpu: 0, memory: 0 };
  return field?.toLowerCase() === 'cpu' ? cpu : memory;
}

function countBy(
  tasks: readonly ServiceTask[],
  placeOf: (task: ServiceTask) => string | undefined,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const task of tasks) {
    const place = placeOf(task);
    if (place !== undefined) counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return counts;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) if (value !== b[i]) return value - (b[i] ?? 0);
  return 0;
}
