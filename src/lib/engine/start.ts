import pLimit from 'p-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../api/types.js';
import { createPuller } from '../agent/pull.js';
import { lookAgain } from './look-again.js';
import { placeAgain, type PlacedAgain, type Wish } from './place.js';
import { failedToStart, startOnHost, type Attempt, type Starters } from './start-on-host.js';
import type { EngineContext } from './context.js';
import type { TaskRecord } from './records.js';

/** How often a task is placed again where its host turned out to be full, taken or away. */
const MOST_PLACEMENTS = 10;

export interface Started {
  tasks: TaskRecord[];
  failures: Failure[];
}

/**
 * Starts placed tasks on their hosts, several hosts and several tasks of a host at once; answers in the order given,
 * when each runs, has stopped, or has no place. What one task throws is thrown when all others are decided too.
 */
export async function startTasks(
  ctx: EngineContext,
  wish: Wish,
  tasks: readonly TaskRecord[],
): Promise<Started> {
  const starting = new Starting(ctx, wish);
  const results = await Promise.allSettled(tasks.map((task) => starting.run(task)));
  const started: Started = { tasks: [], failures: [] };
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
    if ('failure' in result.value) started.failures.push(result.value.failure);
    else started.tasks.push(result.value.task);
  }
  return started;
}

/** Tasks on their way: from placed to running, over as many hosts as it takes. */
class Starting {
  /** Hosts that didn't answer this operation. */
  private readonly away = new Set<string>();
  private readonly wish: Wish;
  private readonly starters: Starters;
  private readonly limits = new Map<string, ReturnType<typeof pLimit>>();
  private look: Promise<unknown> | undefined;
  private looked = false;

  constructor(
    private readonly ctx: EngineContext,
    wish: Wish,
  ) {
    this.wish = { ...wish, without: this.away };
    this.starters = {
      puller: createPuller(ctx.clock),
      definition: wish.definition.definition,
      away: this.away,
    };
  }

  async run(placed: TaskRecord): Promise<{ task: TaskRecord } | { failure: Failure }> {
    let task = placed;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.limitOf(task.instance)(() => startOnHost(this.ctx, this.starters, task));
      if ('done' in outcome) return { task: outcome.done };
      if (attempt === MOST_PLACEMENTS) {
        return {
          task: await failedToStart(
            this.ctx,
            task,
            `${outcome.failure.reason ?? ''}: ${outcome.failure.detail ?? ''}`,
          ),
        };
      }
      // Racing clients that were refused by the same host don't come back all at once.
      await sleep(this.ctx.random() * 50 * attempt);
      const next = await this.placeAgain(task, outcome);
      if ('ended' in next) return next.ended === undefined ? outcome : { task: next.ended };
      if ('failure' in next) return next;
      task = next.task;
    }
  }

  /** Where the records show no other place, the hosts are looked at once: others may have made room. */
  private async placeAgain(
    task: TaskRecord,
    { note }: Exclude<Attempt, { done: TaskRecord }>,
  ): Promise<PlacedAgain> {
    const { looked } = this;
    const next = await placeAgain(this.ctx, this.wish, task, note, looked);
    if (!('failure' in next) || looked) return next;
    this.look ??= lookAgain(this.ctx, this.wish);
    await this.look;
    this.looked = true;
    return placeAgain(this.ctx, this.wish, task, note, true);
  }

  private limitOf(instance: string): ReturnType<typeof pLimit> {
    const limit = this.limits.get(instance) ?? pLimit(this.ctx.settings.startsPerHost);
    this.limits.set(instance, limit);
    return limit;
  }
}
