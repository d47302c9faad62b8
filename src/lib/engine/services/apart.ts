import { StoreError } from '../../store/store.js';
import type { EngineContext } from '../context.js';
import { messageOf } from '../message-of.js';

/**
 * For who goes on with the other services where one can't be planned, such as for a strategy that an earlier version took:
 * that one is told of, once for each reason. `what` can't be done with it: `kept`.
 */
export class Apart {
  private readonly told = new Set<string>();

  constructor(
    private readonly ctx: Pick<EngineContext, 'emit' | 'signal'>,
    private readonly what: string,
  ) {}

  /** What `work` returns, or why the service can't be planned. Throws faults of the state, and the signal's reason. */
  async attempt<T>(name: string, work: () => Promise<T>): Promise<{ done: T } | { why: string }> {
    const { ctx, told } = this;
    try {
      return { done: await work() };
    } catch (error) {
      if (error instanceof StoreError || ctx.signal.aborted) throw error;
      const why = messageOf(error);
      const message = `the service ${name} can't be ${this.what}: ${why}`;
      if (!told.has(message)) ctx.emit({ type: 'warning', message });
      told.add(message);
      return { why };
    }
  }
}
