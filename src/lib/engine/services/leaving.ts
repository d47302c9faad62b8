import { count } from '../../api/count.js';
import { unlessAborted } from '../../unless-aborted.js';
import type { EngineContext } from '../context.js';
import { indexes, keys } from '../keys.js';
import { within } from '../pause.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import type { News } from './news.js';
import type { Works } from './works.js';

/** Ms in which nothing of what is under way has come to its end, after which an aborted process leaves it. */
const QUIET = 1500;
/** Ms that it stays at most, while one after the other does. */
const LONGEST = 10_000;
/** Ms between two looks. */
const STEP = 100;

/**
 * Returns when nothing is under way any more. Aborted it waits only as long as that comes to its end bit by bit: who ended it
 * has named a time, and an engine that hangs keeps to none. What is left then is told of; it belongs to this process for as
 * long as that lives, and to the next that settles afterwards.
 */
export async function leaveWorks(
  ctx: EngineContext,
  cluster: string,
  works: Works,
  news: News,
): Promise<void> {
  const end = works.end();
  try {
    return await unlessAborted(ctx.signal, end);
  } catch {
    for (let quiet = 0, all = 0; quiet < QUIET && all < LONGEST; all += STEP) {
      const { told } = news;
      await within(STEP, end);
      if (works.idle) return;
      quiet = news.told === told ? quiet + STEP : 0;
    }
  }
  for (const message of await leftUnderWay(ctx, cluster)) ctx.emit({ type: 'warning', message });
}

/** For each host what this process leaves under way there. */
async function leftUnderWay(ctx: EngineContext, cluster: string): Promise<string[]> {
  const owner = await ctx.owner();
  const entries = await ctx.store.list<TaskRecord>({ index: indexes.unsettled(cluster) });
  const left = entries.map(({ value }) => value).filter((task) => task.owner === owner);
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  return instances.flatMap(({ value: { id, name } }) => {
    const tasks = left.filter(({ instance }) => instance === id);
    const stops = tasks.filter(({ desiredStatus }) => desiredStatus === 'STOPPED').length;
    const counts = { start: tasks.length - stops, stop: stops };
    const kinds = Object.entries(counts).flatMap(([what, n]) => (n === 0 ? [] : [count(n, what)]));
    if (kinds.length === 0) return [];
    return `${name}: ${kinds.join(' and ')} there had not come to an end yet; longshore reconcile --cluster ${cluster} sees to what is left of that`;
  });
}
