import { setImmediate as breath } from 'node:timers/promises';
import { cleanUp } from '../clean-up.js';
import type { EngineContext } from '../context.js';
import { keys } from '../keys.js';
import { messageOf } from '../message-of.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import type { ServiceRecord } from './records.js';
import { resumeStart } from '../resume-start.js';
import { pause } from '../pause.js';
import { settle } from '../settle.js';
import { Apart } from './apart.js';
import { HeldUp, QUIET } from './held-up.js';
import { watchHosts } from './host-watch.js';
import { keepTasks } from './keep-tasks.js';
import { leaveWorks } from './leaving.js';
import { isCutOff } from './observed.js';
import type { Committed } from './draft-plan.js';
import { News } from './news.js';
import { planAndCommit, type PlanOptions } from './plan-service.js';
import { progressOf } from './service-progress.js';
import { Works } from './works.js';

/** Ms that the first plan waits for hosts that are slow to answer. */
const FIRST_LOOK = 3000;
/** Ms between two attempts to settle what others left under way. */
const SETTLE_AGAIN = 1000;
/** Ms between two looks at who holds tasks and gives no sign of life: nothing tells when it counts as gone. */
const HELD_AGAIN = 5000;
/** Ms between two attempts to have a task kept by its engine. */
const KEEP_AGAIN = 30_000;

export interface DriveOptions extends PlanOptions {
  /** Names of the services; all of the cluster's where none is named. */
  names?: readonly string[] | undefined;
  /** It keeps the cluster, services or not: also goes on with starts that a server had begun that is gone. */
  keeps?: boolean;
  /** Ms of silence from which a process that holds tasks is told of; default: where it holds others up. */
  heldAfter?: number;
  /** Asked after each pass: whether it is enough. `idle`: nothing that was begun is under way any more. */
  isDone: (services: readonly Committed[], idle: boolean) => boolean | Promise<boolean>;
}

/**
 * Carries a cluster's services toward what is wanted until it `isDone` or aborted: plans on the records, which the hosts'
 * events keep fresh, and carries out what was planned beside that. Any number of processes may do so at once (see
 * planAndCommit). Throws the signal's reason when aborted, and faults of the state; what it has under way is undone or
 * left to the next settling verb before that.
 */
export async function driveServices(
  given: EngineContext,
  cluster: string,
  { names, isDone, keeps = false, heldAfter = QUIET, ...options }: DriveOptions,
): Promise<void> {
  const over = new AbortController();
  const ctx: EngineContext = { ...given, signal: AbortSignal.any([given.signal, over.signal]) };
  const news = new News(given.clock);
  let fault: { error: unknown } | undefined;
  const fail = (error: unknown) => {
    fault ??= { error };
    news.tell();
  };
  // Each task that starts or stops is news, though the rest of its batch is still on its way.
  const told: EngineContext = {
    ...given,
    emit: (event) => {
      given.emit(event);
      if (event.type !== 'task-state') return;
      if (event.lastStatus === 'RUNNING') watch.lookAt(event.host);
      news.tell();
    },
  };
  const works = new Works(told, cluster, () => news.tell());
  const watch = watchHosts(ctx, cluster, () => news.tell(), fail);
  const settler = new Settler(told, cluster, works, keeps);
  const freeze = new Freeze(ctx, cluster);
  const keeper = new Keeper();
  const heldUp = new HeldUp(ctx, cluster, heldAfter, names);
  const apart = new Apart(ctx, 'kept');
  // Who keeps all services goes on with the others; who asked for some of them is told.
  const plan = async (name: string): Promise<Committed | undefined> => {
    const planned = () => planAndCommit(told, cluster, name, options);
    if (names !== undefined) return planned();
    const outcome = await apart.attempt(name, planned);
    return 'done' in outcome ? outcome.done : undefined;
  };
  try {
    await Promise.race([watch.first, pause(FIRST_LOOK, ctx.signal)]);
    for (;;) {
      given.signal.throwIfAborted();
      if (fault !== undefined) throw fault.error;
      settler.settle();
      await freeze.look();
      const begun = ctx.clock();
      const lag = news.toldAt === undefined ? undefined : begun - news.toldAt;
      const passes: Committed[] = [];
      for (const name of names ?? (await serviceNames(ctx, cluster))) {
        const committed = await plan(name);
        if (committed === undefined) continue;
        works.begin(committed);
        const unkept = keeper.due(committed.unkept, ctx.clock());
        if (unkept.length > 0) works.add(keepTasks(told, unkept));
        passes.push(committed);
        given.emit(progressOf(committed));
      }
      const milliseconds = ctx.clock() - begun;
      given.emit({
        type: 'pass',
        cluster,
        milliseconds,
        ...(lag !== undefined && { lag: lag + milliseconds }),
      });
      const isHeld = passes.some(({ plan: { steady } }) => !steady) && (await heldUp.look());
      if (await isDone(passes, works.idle)) return;
      // The state answers at once: without this signals and answers of hosts would wait for a quiet moment.
      await breath();
      await news.next(Math.min(wait(passes, ctx.clock()), isHeld ? HELD_AGAIN : Infinity), given.signal, () =>
        ctx.store.commit({}),
      );
      watch.update().catch(fail);
    }
  } finally {
    await leaveWorks(given, cluster, works, news);
    over.abort();
  }
}

async function serviceNames(ctx: EngineContext, cluster: string): Promise<string[]> {
  const entries = await ctx.store.list<ServiceRecord>({ prefix: keys.services(cluster) });
  return entries
    .filter(({ value }) => value.service.status !== 'INACTIVE')
    .map(({ value }) => value.service.name);
}

/** Ms until time alone asks for another plan. */
function wait(passes: readonly Committed[], now: number): number {
  const moments = passes.flatMap(({ plan }) => plan.wakeAt ?? []);
  return Math.max(1, Math.min(60_000, ...moments.map((at) => at - now)));
}

/** Whether it is so many ms since then at most. A clock that was set back holds nothing up. */
export const isWithin = (milliseconds: number, then: number, now: number): boolean =>
  now >= then && now - then <= milliseconds;

/** What dead processes have left under way, beside the rest and one attempt at a time. */
class Settler {
  private running = false;
  private last = 0;

  constructor(
    private readonly ctx: EngineContext,
    private readonly cluster: string,
    private readonly works: Works,
    /** Whether it also goes on with what servers that are gone had begun. */
    private readonly keeps: boolean,
  ) {}

  settle(): void {
    const { ctx } = this;
    if (this.running || isWithin(SETTLE_AGAIN, this.last, ctx.clock())) return;
    this.running = true;
    this.works.add(
      this.tidy()
        .catch((error: unknown) => {
          if (!ctx.signal.aborted)
            ctx.emit({
              type: 'warning',
              message: `what was left under way stays for later: ${messageOf(error)}`,
            });
        })
        .finally(() => {
          this.running = false;
          this.last = ctx.clock();
        }),
    );
  }

  /** Also the holders of tasks that ended by themselves: nothing else stops that while nobody calls a verb. */
  private async tidy(): Promise<void> {
    const { ctx, cluster, works } = this;
    const resume = (task: TaskRecord) => works.add(resumeStart(ctx, task));
    await settle(ctx, cluster, this.keeps ? { resume } : {});
    const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
    await cleanUp(ctx, cluster, new Set(instances.map(({ value }) => value.id)));
  }
}

/** A task that its engine could not be told to keep is not tried again at once. */
class Keeper {
  private readonly tried = new Map<string, number>();

  due(tasks: readonly TaskRecord[], now: number): TaskRecord[] {
    const due = tasks.filter(({ id }) => !isWithin(KEEP_AGAIN, this.tried.get(id) ?? -Infinity, now));
    for (const { id } of due) this.tried.set(id, now);
    return due;
  }
}

/** Tells when so many hosts vanish at once that their tasks are not replaced, and when that is over. */
class Freeze {
  private frozen = false;

  constructor(
    private readonly ctx: EngineContext,
    private readonly cluster: string,
  ) {}

  async look(): Promise<void> {
    const { ctx, cluster } = this;
    const entries = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
    const instances = entries.map(({ value }) => value);
    const frozen = isCutOff(instances, ctx.settings.hostGrace);
    if (frozen === this.frozen) return;
    this.frozen = frozen;
    const away = instances.filter(({ connected }) => !connected).map(({ name }) => name);
    const message = frozen
      ? `${away.length} of ${instances.length} hosts vanished at about the same time (${away.join(', ')}): it is more likely this machine that is cut off, so nothing that runs there is replaced until they answer, not by a deployment either; longshore reconcile --cluster ${cluster} --give-up-lost-hosts replaces what was there`
      : 'enough hosts answer again: what is missing is replaced, on those that are still away after another grace';
    ctx.emit({ type: frozen ? 'warning' : 'note', message });
  }
}
