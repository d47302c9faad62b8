import type { EngineContext } from '../context.js';
import { activeClusters } from '../clusters.js';
import { pause } from '../pause.js';
import { watchCluster } from './keep-services.js';
import type { PlanOptions } from './plan-service.js';

/** Ms between two looks at which clusters there are. */
const POLL = 1000;

/**
 * Keeps the services of a cluster, or where none is named of all that there are, until aborted. A cluster that is made
 * meanwhile is taken up, one that is deleted let go of. Throws faults of the state.
 */
export async function watchClusters(
  given: EngineContext,
  only: string | undefined,
  options: PlanOptions,
): Promise<void> {
  const over = new AbortController();
  const ctx: EngineContext = { ...given, signal: AbortSignal.any([given.signal, over.signal]) };
  const kept = new Map<string, Kept>();
  let fault: { error: unknown } | undefined;
  const keep = (name: string) => {
    const end = new AbortController();
    const own: EngineContext = { ...ctx, signal: AbortSignal.any([ctx.signal, end.signal]) };
    const done = watchCluster(own, name, options).catch((error: unknown) => {
      fault ??= { error };
      over.abort();
    });
    kept.set(name, { end, done });
  };
  const letGo = async (name: string) => {
    kept.get(name)?.end.abort();
    await kept.get(name)?.done;
    kept.delete(name);
  };
  try {
    for (let first = true; !ctx.signal.aborted; first = false) {
      const names = (await activeClusters(ctx)).filter((name) => only === undefined || name === only);
      if (first || names.some((name) => !kept.has(name)) || names.length < kept.size)
        ctx.emit({ type: 'keeping', clusters: names });
      for (const name of names.filter((name) => !kept.has(name))) {
        if (!first) ctx.emit({ type: 'note', message: `keeping the services of ${name}, too` });
        keep(name);
      }
      for (const name of [...kept.keys()].filter((name) => !names.includes(name))) {
        await letGo(name);
        ctx.emit({ type: 'note', message: `the cluster ${name} is gone: there is nothing to keep` });
      }
      await pause(POLL, ctx.signal);
    }
  } finally {
    over.abort();
    await Promise.all([...kept.values()].map(({ done }) => done));
  }
  if (fault !== undefined) throw fault.error;
}

/** A cluster whose services are kept. */
interface Kept {
  end: AbortController;
  done: Promise<void>;
}
