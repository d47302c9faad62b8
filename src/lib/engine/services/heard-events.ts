import type { EngineContext } from '../context.js';
import type { OnEvent } from '../events.js';
import { keys } from '../keys.js';
import type { ServiceEventRecord } from './records.js';

/** Ms before the beginning in which others may have told of what was asked for: of an update, whose time is known, or of less. */
const BEFORE = { update: 2000, change: 300 };

/**
 * The events of services, each told once, whoever has committed it: several processes may drive a service, and only one of
 * them makes each of its events.
 */
export class HeardEvents {
  private readonly told = new Set<string>();
  private readonly begun: number;

  constructor(
    private readonly ctx: Pick<EngineContext, 'store' | 'clock' | 'emit'>,
    private readonly cluster: string,
    /** When each service was last updated, or its deployment began, by its name; epoch milliseconds. */
    private readonly updates: ReadonlyMap<string, number>,
  ) {
    this.begun = ctx.clock();
  }

  readonly emit: OnEvent = (event) => {
    if (event.type === 'service-event') {
      if (this.told.has(event.id)) return;
      this.told.add(event.id);
    }
    this.ctx.emit(event);
  };

  /** Tells of what others have committed since the beginning. */
  async look(services: readonly string[]): Promise<void> {
    const { ctx, cluster } = this;
    const lists = await ctx.store.getMany<ServiceEventRecord[]>(
      services.map((name) => keys.serviceEvents(cluster, name)),
    );
    for (const [i, service] of services.entries())
      for (const event of [...(lists[i]?.value ?? [])].reverse())
        if (event.at >= this.since(service)) this.emit({ type: 'service-event', cluster, service, ...event });
  }

  /** What was told before the update, however lately, is none of its news. */
  private since(service: string): number {
    const { begun, updates } = this;
    const updated = updates.get(service) ?? 0;
    return updated > begun - BEFORE.update ? updated : begun - BEFORE.change;
  }
}
