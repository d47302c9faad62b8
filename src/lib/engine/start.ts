import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../api/types.js';
import { unlessAborted } from '../unless-aborted.js';
import { failedToStart } from './failed-start.js';
import { lookAgain } from './look-again.js';
import { letGo } from './owner.js';
import { messageOf } from './message-of.js';
import { placeAgain, type PlacedAgain } from './place.js';
import { Unresolved } from './secrets/resolve.js';
import { findVolumes } from './shared-volumes.js';
import { startOnHost, type Attempt, type Starters } from './start-on-host.js';
import type { SuppliedWish } from './supplies.js';
import { INTERRUPTED } from './task-life.js';
import type { EngineContext } from './context.js';
import type { TaskRecord } from './records.js';

/** How often a task is placed again where its host turned out to be full, taken or away. */
const MOST_PLACEMENTS = 10;

/** What became of placed tasks. */
export interface Started {
  /** Those that run or have stopped, in the order given; what was interrupted has stopped. */
  tasks: TaskRecord[];
  /** Why others have no place after all. */
  failures: Failure[];
  /** Faults (of the state, of ours) that kept tasks among `tasks` from starting, or from being seen to start. */
  faults: unknown[];
}

type Outcome = { task: TaskRecord; fault?: unknown } | { failure: Failure };

/** Tasks of one operation on their way: from placed to running, over as many hosts as it takes. */
export class Starting {
  /** Hosts that didn't answer this operation. */
  private readonly away = new Set<string>();
  private readonly wish: SuppliedWish;
  private readonly starters: Omit<Starters, 'resolved'>;
  private look: Promise<unknown> | undefined;
  private looked = false;

  constructor(
    private readonly ctx: EngineContext,
    wish: SuppliedWish,
  ) {
    this.wish = { ...wish, without: this.away };
    this.starters = {
      supplies: wish.supplies,
      definition: wish.definition.definition,
      away: this.away,
    };
  }

  /**
   * Starts tasks on their hosts, several hosts and several tasks of a host at once, until each runs, has stopped, or
   * has no place. Never throws: a task that runs must be told of, whatever became of the others. When aborted, what
   * does not run yet is undone.
   */
  async start(tasks: readonly TaskRecord[]): Promise<Started> {
    const outcomes = await Promise.all(tasks.map((task) => this.run(task)));
    return {
      tasks: outcomes.flatMap((outcome) => ('task' in outcome ? [outcome.task] : [])),
      failures: outcomes.flatMap((outcome) => ('failure' in outcome ? [outcome.failure] : [])),
      faults: outcomes.flatMap((outcome) => ('fault' in outcome ? [outcome.fault] : [])),
    };
  }

  private async run(placed: TaskRecord): Promise<Outcome> {
    let task = placed;
    try {
      const starters = { ...this.starters, resolved: await this.wish.supplies.resolve() };
      for (let attempt = 1; ; attempt++) {
        const outcome = await this.attempt(task, starters);
        if ('done' in outcome) return { ...outcome, task: outcome.done };
        if (attempt === MOST_PLACEMENTS) return await this.noPlace(task, outcome.failure);
        // Racing clients that were refused by the same host don't come back all at once.
        await sleep(this.ctx.random() * 50 * attempt, undefined, { signal: this.ctx.signal });
        const next = await this.placeAgain(task, outcome);
        if ('ended' in next) return next.ended === undefined ? outcome : { task: next.ended };
        if ('failure' in next) return task.answered ? await this.noPlace(task, next.failure) : next;
        task = next.task;
      }
    } catch (fault) {
      return this.giveUp(task, fault);
    }
  }

  private async noPlace(task: TaskRecord, { reason = '', detail = '' }: Failure): Promise<Outcome> {
    return { task: await failedToStart(this.ctx, task, `${reason}: ${detail}`) };
  }

  /** Takes one of its host's slots, until a container of the task is waited for: waiting is no work. */
  private async attempt(task: TaskRecord, starters: Starters): Promise<Attempt> {
    let attempt: Promise<Attempt> | undefined;
    await this.ctx.startTurns(task.instance)(
      () =>
        new Promise<void>((free) => {
          attempt = startOnHost(this.ctx, starters, task, free);
          attempt.then(
            () => free(),
            () => free(),
          );
        }),
    );
    return attempt as Promise<Attempt>;
  }

  /** Between two hosts, or before the first: none of them holds anything of the task. */
  private async giveUp(task: TaskRecord, fault: unknown): Promise<Outcome> {
    const { ctx } = this;
    try {
      // Whoever takes over starts it.
      if (ctx.signal.aborted && task.answered) return { task };
      if (fault instanceof Unresolved) return { task: await failedToStart(ctx, task, fault.message) };
      if (ctx.signal.aborted) return { task: await failedToStart(ctx, task, INTERRUPTED) };
      return { task: await failedToStart(ctx, task, `Task failed to start: ${messageOf(fault)}`), fault };
    } catch {
      // Not even that could be written down.
      await letGo(ctx, task).catch(() => undefined);
      return { task, fault };
    }
  }

  /** Where the records show no other place, the hosts are looked at once: others may have made room. */
  private async placeAgain(
    task: TaskRecord,
    { failure, note }: Exclude<Attempt, { done: TaskRecord }>,
  ): Promise<PlacedAgain> {
    const { looked } = this;
    if (failure.reason === 'VOLUME') await unlessAborted(this.ctx.signal, findVolumes(this.ctx, this.wish));
    // A task that was answered for is not taken back: it stops, for a reason.
    const final = !task.answered;
    const next = await placeAgain(this.ctx, this.wish, task, note, looked && final);
    if (!('failure' in next) || looked) return next;
    this.look ??= lookAgain(this.ctx, this.wish);
    await unlessAborted(this.ctx.signal, this.look);
    this.looked = true;
    return placeAgain(this.ctx, this.wish, task, note, final);
  }
}
