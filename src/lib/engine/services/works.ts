import { setBack } from '../../services/breaker.js';
import { texts } from '../../services/texts.js';
import { HostError } from '../../hosts/host-error.js';
import { cleanUp } from '../clean-up.js';
import type { EngineContext } from '../context.js';
import { keys } from '../keys.js';
import { messageOf } from '../message-of.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import type { ServiceEventRecord } from './records.js';
import { carryOutStop } from '../settle.js';
import { letGo } from '../owner.js';
import { reach } from '../sight.js';
import { Starting } from '../start.js';
import { suppliesOf } from '../supplies.js';
import { pruneHistory } from '../task-records.js';
import { agreedImages, noteImages } from './revision-images.js';
import { nearest, type Committed } from './draft-plan.js';
import { changeService } from './service-records.js';

/** Carries out what was committed for services, beside the planning: a stop may take half a minute, a pull longer. */
export class Works {
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly ctx: EngineContext,
    private readonly cluster: string,
    /** Something was done: it may be time to plan again. */
    private readonly onDone: () => void,
  ) {}

  begin(committed: Committed): void {
    this.tell(committed.record.service.name, committed.events);
    if (committed.started.length > 0) this.add(this.start(committed));
    for (const tasks of byInstance(committed.stopped)) this.add(this.stop(tasks));
  }

  get idle(): boolean {
    return this.running.size === 0;
  }

  /** Until nothing is under way. */
  async end(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Any other work that the planning need not wait for. */
  add(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        if (this.ctx.signal.aborted) return;
        this.ctx.emit({ type: 'warning', message: messageOf(error) });
      })
      .finally(() => {
        this.running.delete(tracked);
        this.onDone();
      });
    this.running.add(tracked);
  }

  private async start({ wish, started, record }: Committed): Promise<void> {
    const { ctx, cluster } = this;
    const supplies = suppliesOf(ctx, wish.definition, {}, agreedImages(record));
    const { tasks, failures, faults } = await new Starting(ctx, { ...wish, supplies }).start(started);
    await noteImages(ctx, record, wish.definition.definition, tasks);
    for (const why of new Set(faults.map(messageOf)))
      ctx.emit({ type: 'warning', message: `not all tasks could be started: ${why}` });
    const [failure] = failures;
    if (failure === undefined) return;
    // The records showed room where there was none: not to try again at once.
    const changed = await changeService(ctx, cluster, record.service.name, (service) => ({
      service: { ...service, setbacks: setBack(service.setbacks, [], ctx.clock()) },
      events: [texts.cannotPlace(service.name, nearest(failure))],
    }));
    if (changed !== undefined) this.tell(record.service.name, changed.told);
  }

  /** Of one instance. */
  private async stop(tasks: readonly TaskRecord[]): Promise<void> {
    const { ctx, cluster } = this;
    const [{ instance: id } = { instance: '' }] = tasks;
    const instance = (await ctx.store.get<InstanceRecord>(keys.instance(cluster, id)))?.value;
    const host = instance === undefined ? undefined : await reach(ctx, instance);
    const stops = tasks.map(async (task) => {
      try {
        if (host === undefined) throw undefined;
        await carryOutStop(ctx, host, task);
      } catch (error) {
        // The wish stands in the records: a settling verb carries it out when the host answers.
        await letGo(ctx, task);
        if (error !== undefined && !(error instanceof HostError)) throw error;
      }
      this.onDone();
    });
    await Promise.all(stops);
    if (host === undefined) return;
    await cleanUp(ctx, cluster, new Set([id]));
    await pruneHistory(ctx, cluster);
  }

  private tell(service: string, events: readonly ServiceEventRecord[]): void {
    const { ctx, cluster } = this;
    for (const event of events) ctx.emit({ type: 'service-event', cluster, service, ...event });
  }
}

function byInstance(tasks: readonly TaskRecord[]): TaskRecord[][] {
  const groups = new Map<string, TaskRecord[]>();
  for (const task of tasks) groups.set(task.instance, [...(groups.get(task.instance) ?? []), task]);
  return [...groups.values()];
}
