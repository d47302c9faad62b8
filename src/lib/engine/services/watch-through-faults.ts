import { StoreError } from '../../store/store.js';
import type { EngineContext } from '../context.js';
import { pause } from '../pause.js';

/** Ms from a fault of the state to the next attempt to keep the services; twice as long each time. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/**
 * A full disk gets room again: who watches then is worth more than who has ended. Returns when aborted. Throws faults that are
 * none of the state's.
 */
export async function watchThroughFaults(ctx: EngineContext, watch: () => Promise<void>): Promise<void> {
  for (let wait = FIRST_PAUSE; ; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
    const begun = ctx.clock();
    try {
      return await watch();
    } catch (error) {
      if (ctx.signal.aborted || !(error instanceof StoreError)) throw error;
      if (ctx.clock() - begun > LONGEST_PAUSE) wait = FIRST_PAUSE;
      const message = `services are not kept, which is tried again in ${wait / 1000} s: ${error.message}; ${error.remedy}`;
      ctx.emit({ type: 'warning', message });
      ctx.emit({ type: 'keeping-failed', milliseconds: wait });
      await pause(wait, ctx.signal);
      if (ctx.signal.aborted) return;
    }
  }
}
