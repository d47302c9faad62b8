import type { EndedTask } from '../../services/types.js';
import type { EngineContext } from '../context.js';
import { indexes, keys } from '../keys.js';
import type { PastDeploymentRecord, ServiceRecord } from './records.js';
import { forgetGoneWatchers } from './watchers.js';

/** Ms that a deleted service can still be described. */
const REMEMBERED = 24 * 3600_000;
/** Deployments of a service that are over and kept. */
const MOST_PAST = 100;

/** Removes services that were deleted long since, deployments beyond what is kept, and what watchers and tasks have left. */
export async function forgetServices(ctx: EngineContext, cluster: string): Promise<void> {
  await forgetGoneWatchers(ctx, cluster);
  const gone = await ctx.store.list<ServiceRecord>({ index: indexes.services(cluster, 'INACTIVE') });
  const deletes: string[] = [];
  for (const { key, value } of gone) {
    if (ctx.clock() - (value.endedAt ?? 0) < REMEMBERED) continue;
    deletes.push(key, keys.serviceEvents(cluster, value.service.name));
  }
  const past = await ctx.store.list<PastDeploymentRecord>({
    prefix: keys.pastDeployments(cluster),
    reverse: true,
  });
  const kept = new Map<string, number>();
  for (const { key, value } of past) {
    const count = (kept.get(value.service) ?? 0) + 1;
    kept.set(value.service, count);
    if (count > MOST_PAST) deletes.push(key);
  }
  const ended = await ctx.store.list<EndedTask>({ prefix: keys.endedTasks(cluster) });
  const services = await ctx.store.list<ServiceRecord>({ prefix: keys.services(cluster) });
  const names = new Set(
    services
      .filter(({ value }) => value.service.status !== 'INACTIVE')
      .map(({ value }) => value.service.name),
  );
  for (const { key } of ended) if (!names.has(key.split('/').at(-2) ?? '')) deletes.push(key);
  if (deletes.length > 0) await ctx.store.commit({ deletes });
}
