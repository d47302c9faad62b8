import type { ReconcileResponse } from '../../api/service-types.js';
import { messageOf } from '../message-of.js';
import type { EngineContext } from '../context.js';
import { indexes } from '../keys.js';
import type { ServiceRecord } from './records.js';
import { housekeeping } from '../housekeeping.js';
import { hostNames } from './create-service.js';
import { driveServices, isWithin } from './driver.js';
import type { Committed } from './draft-plan.js';
import type { PlanOptions } from './plan-service.js';
import { taskCounts } from './present-service.js';
import { noteWatcher } from './watchers.js';

/** Ms between two times that a watcher settles and cleans up beside keeping the services. */
const HOUSEKEEPING = 5 * 60_000;

/** What can be done for the services now; what has to be waited for (health, a pause) is the next pass's. */
export async function servicesOnce(ctx: EngineContext, cluster: string, options: PlanOptions): Promise<void> {
  if (
    (await ctx.store.count({ index: indexes.services(cluster, 'ACTIVE') })) +
      (await draining(ctx, cluster)) ===
    0
  )
    return;
  const foreign = new ToldOnce(ctx, cluster);
  await driveServices(ctx, cluster, {
    ...options,
    heldAfter: 0,
    isDone: async (passes, idle) => {
      await foreign.tell(passes);
      return idle && passes.every(({ started, stopped }) => started.length + stopped.length === 0);
    },
  });
}

const draining = (ctx: EngineContext, cluster: string) =>
  ctx.store.count({ index: indexes.services(cluster, 'DRAINING') });

/** Keeps the services until aborted, and tells others that somebody does. Throws faults of the state. */
export async function watchCluster(ctx: EngineContext, cluster: string, options: PlanOptions): Promise<void> {
  const forget = await noteWatcher(ctx, cluster);
  const foreign = new ToldOnce(ctx, cluster);
  let last = -Infinity;
  let keeping: Promise<void> = Promise.resolve();
  try {
    await driveServices(ctx, cluster, {
      ...options,
      keeps: true,
      isDone: async (passes) => {
        ctx.fresh.add(cluster);
        await foreign.tell(passes);
        if (!isWithin(HOUSEKEEPING, last, ctx.clock())) {
          last = ctx.clock();
          keeping = keepHouse(ctx, cluster);
        }
        return false;
      },
    });
  } catch (error) {
    if (!ctx.signal.aborted) throw error;
  } finally {
    ctx.fresh.delete(cluster);
    await keeping;
    await forget();
  }
}

async function keepHouse(ctx: EngineContext, cluster: string): Promise<void> {
  try {
    await housekeeping(ctx, cluster);
  } catch (error) {
    if (!ctx.signal.aborted) ctx.emit({ type: 'warning', message: `not cleaned up: ${messageOf(error)}` });
  }
}

/** Says of services that another state keeps, too, that they are left alone; once each. */
class ToldOnce {
  private readonly told = new Set<string>();

  constructor(
    private readonly ctx: EngineContext,
    private readonly cluster: string,
  ) {}

  async tell(passes: readonly Committed[]): Promise<void> {
    const { ctx, cluster, told } = this;
    for (const { foreign, record } of passes) {
      const { name } = record.service;
      if (foreign.length === 0 || told.has(name)) continue;
      told.add(name);
      const hosts = await hostNames({ peek: (query) => ctx.store.list(query) }, cluster, foreign);
      const message = `another state keeps a service ${name} on the same hosts (${hosts.join(', ')}): it is left alone here`;
      ctx.emit({ type: 'warning', message });
    }
  }
}

/** ACTIVE services as they are, for a pass's answer. */
export async function serviceSummaries(
  ctx: EngineContext,
  cluster: string,
): Promise<ReconcileResponse['clusters'][number]['services']> {
  const entries = await ctx.store.list<ServiceRecord>({ index: indexes.services(cluster, 'ACTIVE') });
  return Promise.all(
    entries.map(async ({ value: { service } }) => {
      const counts = [...(await taskCounts(ctx, cluster, service.name)).values()];
      const total = (key: 'running' | 'pending') => counts.reduce((all, one) => all + one[key], 0);
      const { rolloutState } = service.deployments[0] ?? {};
      return {
        serviceName: service.name,
        desiredCount: service.desiredCount,
        runningCount: total('running'),
        pendingCount: total('pending'),
        ...(rolloutState !== undefined && { rolloutState }),
      };
    }),
  );
}
