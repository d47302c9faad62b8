import type { EngineContext } from '../context.js';
import type { OnEvent } from '../events.js';
import { keys } from '../keys.js';
import type { ServiceEventRecord } from '../records.js';

/** Ms before the beginning in which others may have begun what is waited for. */
const BEFORE = 2000;

/**
 * The events of services, each told once, whoever has committed it: several processes may drive a service, and only one of
 * them makes each of its events.
 */
export class HeardEvents {
  private readonly told = new Set<string>();
  private readonly since: number;

  constructor(
    private readonly ctx: Pick<EngineContext, 'store' | 'clock' | 'emit'>,
    private readonly cluster: string,
  ) {
    this.since = ctx.clock() - BEFORE;
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
      for (const { id, at, message } of [...(lists[i]?.value ?? [])].reverse())
        if (at >= this.since) this.emit({ type: 'service-event', cluster, service, id, at, message });
  }
}
