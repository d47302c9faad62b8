import type { UnreachableHost } from '../../api/service-types.js';
import type { EngineContext } from '../context.js';
import { indexes, keys } from '../keys.js';
import type { InstanceRecord, TaskRecord } from '../records.js';

/**
 * The cluster's hosts that don't answer, each with what may still run there of services though it was stopped or replaced:
 * nobody can carry that out before the host is back.
 */
export async function unreachableHosts(
  ctx: Pick<EngineContext, 'store'>,
  cluster: string,
  services: readonly string[],
): Promise<UnreachableHost[]> {
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  const away = instances.map(({ value }) => value).filter(({ connected }) => !connected);
  if (away.length === 0) return [];
  const lists = await Promise.all(
    services.map((name) => ctx.store.list<TaskRecord>({ index: indexes.serviceTasks(cluster, name) })),
  );
  const over = lists
    .flat()
    .map(({ value }) => value)
    .filter(({ desiredStatus, wasLost }) => desiredStatus === 'STOPPED' || wasLost);
  return away.map(({ id, name }) => ({
    host: name,
    left: countsOf(over.filter((one) => one.instance === id)),
  }));
}

function countsOf(tasks: readonly TaskRecord[]): UnreachableHost['left'] {
  const counts = new Map<string, number>();
  for (const { family, revision } of tasks) {
    const definition = `${family}:${revision}`;
    counts.set(definition, (counts.get(definition) ?? 0) + 1);
  }
  return [...counts].map(([taskDefinition, count]) => ({ taskDefinition, count }));
}
