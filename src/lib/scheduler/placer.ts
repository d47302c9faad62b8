import { explanationOf, refusalsOf } from './explanation.js';
import { checksOf, type Check } from './filters.js';
import { PlannedInstance } from './planned-instance.js';
import { Ranking, type Change } from './ranking.js';
import { chainOf } from './strategies.js';
import type { InstanceView, Pick, PlacementRequest, Placer, Refusal } from './types.js';

export interface PlacerOptions {
  /**
   * Numbers from 0 up to, but not including, 1. One is drawn for each instance when the placer is made (the order of
   * equals), and one for each task placed by the random strategy: the same numbers give the same picks.
   */
  random: () => number;
}

interface Prepared {
  checks: readonly Check[];
  ranking: Ranking;
  /** The last failure, which stands until something changes. */
  refused?: { after: number; pick: Pick };
}

/** Plans `count` tasks of the same request one after the other: a pick each, in order. Throws as Placer.place does. */
export function planTasks(
  request: PlacementRequest,
  count: number,
  instances: readonly InstanceView[],
  options: PlacerOptions,
): Pick[] {
  const placer = createPlacer(instances, options);
  return Array.from({ length: count }, () => placer.place(request));
}

/**
 * Plans on a snapshot as ECS places: what binds first (status, agent, attributes, CPU, memory, GPUs, ports,
 * constraints), then the strategies from left to right, then chance. Requests must not be written to while the placer
 * is in use: what it works out for one is kept for all that are equal to it.
 */
export function createPlacer(instances: readonly InstanceView[], { random }: PlacerOptions): Placer {
  const ranked = shuffled(instances, random).map((view, rank) => new PlannedInstance(view, rank));
  const byId = new Map(ranked.map((instance) => [instance.id, instance]));
  const changes: Change[] = [];
  const prepared = new Map<string, Prepared>();
  const known = new WeakMap<PlacementRequest, Prepared>();

  function prepare(request: PlacementRequest): Prepared {
    const signature = JSON.stringify(request);
    let ready = prepared.get(signature);
    if (!ready) {
      const checks = checksOf(request);
      ready = { checks, ranking: new Ranking(ranked, changes, request.group, chainOf(request), checks) };
      prepared.set(signature, ready);
    }
    known.set(request, ready);
    return ready;
  }

  function change(instance: PlannedInstance, request: PlacementRequest, by: 1 | -1): void {
    instance.change(request, by);
    changes.push({ instance, request, by });
  }

  return {
    place(request) {
      const ready = known.get(request) ?? prepare(request);
      const instance = ready.ranking.pick(random);
      if (!instance) {
        if (ready.refused?.after !== changes.length) {
          ready.refused = { after: changes.length, pick: refused(ready.checks, instances, changes) };
        }
        return ready.refused.pick;
      }
      change(instance, request, 1);
      return { placed: true, instanceId: instance.id };
    },
    release(instanceId, request) {
      const instance = byId.get(instanceId);
      if (!instance?.tasksByGroup.has(request.group)) {
        throw new Error(`No task of ${request.group} to release on instance ${instanceId}.`);
      }
      change(instance, request, -1);
    },
  };
}

/** Reasons are those of now, but worked out when they are read: of a large plan's failures few are. */
function refused(
  checks: readonly Check[],
  snapshot: readonly InstanceView[],
  changes: readonly Change[],
): Pick {
  const then = changes.length;
  let found: { refusals: Refusal[]; explanation: string } | undefined;
  const find = () => {
    const instances = replayed(snapshot, changes.slice(0, then));
    return { refusals: refusalsOf(checks, instances), explanation: explanationOf(checks, instances) };
  };
  return {
    placed: false,
    get refusals() {
      return (found ??= find()).refusals;
    },
    get explanation() {
      return (found ??= find()).explanation;
    },
  };
}

function replayed(snapshot: readonly InstanceView[], changes: readonly Change[]): PlannedInstance[] {
  const instances = new Map(snapshot.map((view, rank) => [view.id, new PlannedInstance(view, rank)]));
  for (const { instance, request, by } of changes) instances.get(instance.id)?.change(request, by);
  return [...instances.values()];
}

/** Fisher and Yates's shuffle, of a copy. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last >= 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [result[last], result[chosen]] = [result[chosen] as T, result[last] as T];
  }
  return result;
}
