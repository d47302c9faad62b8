import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../store/store.js';
import type { EngineContext } from '../context.js';
import type { Engine } from '../engine.js';
import type { OnEvent } from '../events.js';
import { createLocalEngine } from '../local-engine.js';
import { lookAgain } from '../look-again.js';
import { messageOf } from '../message-of.js';
import { reconcile } from '../reconcile.js';
import { Background } from './background.js';
import { SharedLooks } from './shared-looks.js';

/** For whom operations are done. */
export interface Caller {
  /** What its ARNs are printed with; default: the server's own. */
  region?: string | undefined;
  onEvent: OnEvent;
  /** Ends what the caller waits for. */
  signal?: AbortSignal | undefined;
  /** It waits for the end of what it asks for, as a command does; else RunTask and its like answer at once, as ECS does. */
  waits: boolean;
}

/** One engine for many callers, in a process that stays. */
export interface ServedEngine {
  as(caller: Caller): Engine;
  /** Operations that have answered and go on. */
  readonly underWay: number;
  /** Keeps the services of all clusters, and their records fresh, until it is closed; through faults of the state, too. */
  keep(): Promise<void>;
  /**
   * Waits so many ms for what is under way; what is not done by then is left to the next server on the same state. Then
   * closes all.
   */
  close(milliseconds: number): Promise<void>;
}

/** Ms that what is under way may take to let go of its hosts. */
const LETTING_GO = 10_000;

/** Ms from a fault of the state to the next attempt to keep the services; twice as long each time. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** Errors: none. `close` ends what the context holds open; `given.signal` ends all at once. */
export function serveEngine(given: EngineContext, close: () => Promise<void>): ServedEngine {
  const ending = new AbortController();
  const base: EngineContext = { ...given, signal: AbortSignal.any([given.signal, ending.signal]) };
  const looks = new SharedLooks((wish) => lookAgain(base, wish));
  base.shareLook = (wish) => looks.share(wish);
  // Many operations at once listen to it, and each lets go.
  setMaxListeners(0, base.signal);
  const background = new Background((error) => {
    if (!base.signal.aborted) base.emit({ type: 'warning', message: messageOf(error) });
  });
  const answering: EngineContext = { ...base, carryOn: (work) => background.add(work) };
  const nothing = async () => undefined;
  let kept: Promise<unknown> | undefined;
  let closed: Promise<void> | undefined;

  return {
    as({ region = base.identity.region, onEvent, signal, waits }) {
      const ctx = {
        ...(waits ? base : answering),
        identity: { ...base.identity, region },
        emit: onEvent,
        ...(signal && { signal: AbortSignal.any([base.signal, signal]) }),
      };
      return createLocalEngine(ctx, nothing);
    },
    get underWay() {
      return background.size;
    },
    async keep() {
      kept = keepOn(base);
      await kept.catch((error: unknown) => {
        if (!base.signal.aborted) throw error;
      });
    },
    close: (milliseconds) =>
      (closed ??= (async () => {
        await background.settled(milliseconds);
        ending.abort(new Error('the server ends'));
        await Promise.allSettled([kept, background.settled(LETTING_GO)]);
        await close();
      })()),
  };
}

/** A full disk gets room again: what asks and what is under way need the server meanwhile. */
async function keepOn(ctx: EngineContext): Promise<void> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const begun = ctx.clock();
    try {
      await reconcile({ watch: true }, ctx);
      return;
    } catch (error) {
      if (ctx.signal.aborted || !(error instanceof StoreError)) throw error;
      if (ctx.clock() - begun > LONGEST_PAUSE) pause = FIRST_PAUSE;
      const message = `services are not kept, which is tried again in ${pause / 1000} s: ${error.message}; ${error.remedy}`;
      ctx.emit({ type: 'warning', message });
      await sleep(pause, undefined, { signal: ctx.signal });
    }
  }
}
