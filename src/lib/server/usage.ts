import { setTimeout as sleep } from 'node:timers/promises';
import type { DescribeUsageResponse } from '../api/usage-types.js';
import type { Engine } from '../engine/engine.js';

/** Ms that a host's engine has to tell what its containers use. */
const PATIENCE = 4000;

/**
 * What all clusters' hosts, services and tasks are by the records, and what tasks use as far as their engines tell in time:
 * a host that is away, or hangs, is shown without figures. A cluster that goes away meanwhile is left out.
 */
export async function usageOf(engine: Engine): Promise<DescribeUsageResponse[]> {
  const looks = await Promise.allSettled((await clustersOf(engine)).map((name) => usageIn(engine, name)));
  return looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
}

async function clustersOf(engine: Engine): Promise<string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await engine.call('ListClusters', nextToken === undefined ? {} : { nextToken });
    names.push(...(page.clusterArns ?? []).map((arn) => arn.split('/').at(-1) ?? ''));
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return names;
}

async function usageIn(engine: Engine, cluster: string): Promise<DescribeUsageResponse> {
  const known = await engine.call('DescribeUsage', { cluster, refresh: false });
  const asked = known.hosts.filter(({ agentConnected }) => agentConnected);
  const over = new AbortController();
  const late = sleep(PATIENCE, undefined, { signal: over.signal }).catch(() => undefined);
  const looks = asked.map(async ({ name }) => {
    const look = engine.call('DescribeUsage', { cluster, containerInstances: [name] });
    return (await Promise.race([look.catch(() => undefined), late]))?.tasks ?? [];
  });
  const told = (await Promise.all(looks)).flat();
  over.abort();
  const stats = new Map(told.map((task) => [task.taskArn, task.stats]));
  const tasks = known.tasks.map((task) => {
    const own = stats.get(task.taskArn);
    return own === undefined ? task : { ...task, stats: own };
  });
  return { ...known, tasks };
}
