import type { ReconcileResponse } from '../api/service-types.js';
import { cleanUp } from './clean-up.js';
import { forgetTokens } from './client-token.js';
import { cleanImagesByTime } from './images/clean-images.js';
import { keys } from './keys.js';
import { forgetGoneOwners } from './owner.js';
import { refresh } from './refresh.js';
import { resumeStart } from './resume-start.js';
import { forgetServices } from './services/forget-services.js';
import { settle } from './settle.js';
import { removeStrays } from './strays.js';
import { pruneHistory } from './task-records.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord } from './records.js';

type Summary = ReconcileResponse['clusters'][number];

/** Settles, folds in and removes what is past its time. */
export async function housekeeping(
  ctx: EngineContext,
  cluster: string,
): Promise<Pick<Summary, 'settledTasks' | 'removedStrays' | 'removedImages' | 'unreachableHosts'>> {
  const settledTasks: string[] = [];
  const told: EngineContext = {
    ...ctx,
    emit: (event) => {
      if (event.type === 'settled') settledTasks.push(event.taskId);
      ctx.emit(event);
    },
  };
  const sightings = await refresh(told, cluster, { usage: true });
  await settle(told, cluster, { alsoAway: true, resume: (task) => resumeStart(told, task) });
  const strays = await Promise.all(sightings.map((sighting) => removeStrays(ctx, cluster, sighting)));
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  await cleanUp(ctx, cluster, new Set(sightings.map((s) => s.instance.id)));
  const images = await Promise.all(
    sightings.map(({ instance, host }) => cleanImagesByTime(ctx, instance, host)),
  );
  await pruneHistory(ctx, cluster);
  await forgetTokens(ctx, cluster);
  await forgetServices(ctx, cluster);
  await forgetGoneOwners(ctx);
  const seen = new Set(sightings.map((s) => s.instance.id));
  return {
    settledTasks,
    removedStrays: strays.reduce((sum, n) => sum + n, 0),
    removedImages: images.reduce((sum, n) => sum + n, 0),
    unreachableHosts: instances.filter((e) => !seen.has(e.value.id)).map((e) => e.value.name),
  };
}
