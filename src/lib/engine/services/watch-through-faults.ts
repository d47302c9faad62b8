import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../store/store.js';
import type { EngineContext } from '../context.js';

/** Ms from a fault of the state to the next attempt to keep the services; twice as long each time. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/**
 * A full disk gets room again: who watches then is worth more than who has ended. Returns when aborted. Throws faults that are
 * none of the state's.
 */
export async function watchThroughFaults(ctx: EngineContext, watch: () => Promise<void>): Promise<void> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const begun = ctx.clock();
    try {
      return await watch();
    } catch (error) {
      if (ctx.signal.aborted || !(error instanceof StoreError)) throw error;
      if (ctx.clock() - begun > LONGEST_PAUSE) pause = FIRST_PAUSE;
      const message = `services are not kept, which is tried again in ${pause / 1000} s: ${error.message}; ${error.remedy}`;
      ctx.emit({ type: 'warning', message });
      await sleep(pause, undefined, { signal: ctx.signal }).catch(() => undefined);
      if (ctx.signal.aborted) return;
    }
  }
}
