import { transact } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import { keys, putInstance } from '../keys.js';
import type { InstanceRecord } from '../records.js';
import { refresh } from '../refresh.js';

/** The user says that hosts which don't answer won't be back soon: their services' tasks are replaced, however many. */
export async function giveUpLostHosts(ctx: EngineContext, cluster: string): Promise<void> {
  await refresh(ctx, cluster);
  const entries = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  for (const { key, value } of entries) {
    if (value.connected) continue;
    await transact(ctx.store, ctx, async (draft) => {
      const instance = await draft.get<InstanceRecord>(key);
      if (instance?.connected === false) draft.put(putInstance({ ...instance, givenUp: true }));
    });
  }
}
