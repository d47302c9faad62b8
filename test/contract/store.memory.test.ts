import { openMemoryStore } from '../../src/lib/store/memory.js';
import { storeContract } from './store.contract.js';

storeContract('memory', async () => {
  const store = openMemoryStore();
  return { store, remove: () => store.close() };
});
