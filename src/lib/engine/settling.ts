import { messageOf } from './message-of.js';
import { within } from './pause.js';
import { settle } from './settle.js';
import type { EngineContext } from './context.js';

/** What others left under way, being settled beside a verb's own work. */
export interface Settling {
  /** Waits for it, for a while: it may free the room that is needed, but a stop takes as long as its stopTimeout. */
  patiently(): Promise<void>;
  /**
   * To be called when the verb's own work is done, or has failed. Waits a moment; what is not settled by then stays
   * for the next settling verb. Never throws: the verb's answer has nothing to do with it.
   */
  end(): Promise<void>;
}

/** Begins to settle a cluster. Who begins it ends it, in a `finally`. */
export function settleBeside(ctx: EngineContext, cluster: string): Settling {
  const { settleMoment, settlePatience } = ctx.settings;
  // Who keeps the records fresh settles all the time.
  if (ctx.fresh.has(cluster)) return { patiently: async () => undefined, end: async () => undefined };
  const enough = new AbortController();
  const signal = AbortSignal.any([ctx.signal, enough.signal]);
  const emit: EngineContext['emit'] = (event) => {
    if (!signal.aborted) ctx.emit(event);
  };
  const work = settle({ ...ctx, signal, emit }, cluster).catch((error: unknown) => {
    const message = `what was left under way stays for later: ${messageOf(error)}`;
    emit({ type: 'warning', message });
  });
  return {
    patiently: () => within(settlePatience, work),
    end: async () => {
      await within(settleMoment, work);
      enough.abort(new Error('enough is settled'));
      await work;
    },
  };
}
