import type { Store } from '../../store/store.js';
import { keys } from '../keys.js';
import type { InstanceRecord } from '../records.js';

/** The private keys that hosts were registered with, as they were named. */
export async function recordedIdentities(store: Pick<Store, 'list'>): Promise<string[]> {
  const entries = await store.list<InstanceRecord>({ prefix: keys.allInstances });
  const named = entries.flatMap(({ value: { address } }) =>
    address.scheme === 'ssh' ? (address.identityFile ?? []) : [],
  );
  return [...new Set(named)];
}
