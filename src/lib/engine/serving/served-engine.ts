import { setMaxListeners } from 'node:events';
import type { EngineContext } from '../context.js';
import type { Engine } from '../engine.js';
import type { OnEvent } from '../events.js';
import { createLocalEngine } from '../local-engine.js';
import { lookAgain } from '../look-again.js';
import { messageOf } from '../message-of.js';
import { reconcile } from '../reconcile.js';
import { serverSources } from '../secrets/server-sources.js';
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

/** Errors: none. `close` ends what the context holds open; `given.signal` ends all at once. */
export function serveEngine(given: EngineContext, close: () => Promise<void>): ServedEngine {
  const ending = new AbortController();
  const listeners = new Set<OnEvent>();
  const base: EngineContext = {
    ...given,
    secrets: serverSources(given.secrets),
    signal: AbortSignal.any([given.signal, ending.signal]),
    emit(event) {
      given.emit(event);
      for (const listener of listeners) listener(event);
    },
    overhear(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
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
      kept = reconcile({ watch: true }, base);
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
