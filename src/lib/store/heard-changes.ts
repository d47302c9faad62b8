import { type Store, StoreError } from './store.js';

/**
 * The same store, of which somebody hears each fault that refuses a change, and (undefined) the first change that is taken after
 * that.
 */
export function heardChanges(store: Store, hear: (fault: StoreError | undefined) => void): Store {
  let refused = false;
  return {
    location: store.location,
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    list: (query) => store.list(query),
    count: (query) => store.count(query),
    async commit(transaction) {
      const { puts = [], deletes = [] } = transaction;
      if (puts.length + deletes.length === 0) return store.commit(transaction);
      try {
        const revision = await store.commit(transaction);
        if (refused) hear(undefined);
        refused = false;
        return revision;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        refused = true;
        hear(error);
        throw error;
      }
    },
    close: () => store.close(),
  };
}
