import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type SqliteOptions } from '../../src/lib/store/sqlite.js';
import { openByPackage } from '../../src/lib/store/sqlite/database.js';
import { storeContract, type StoreFixture } from './store.contract.js';

storeContract('sqlite', () => fixture({}));

// The way for platforms whose binary isn't loaded directly.
storeContract("sqlite through libsql's own loader", () => fixture({ open: openByPackage }));

// As a server opens it.
storeContract('sqlite that keeps what it reads', () => fixture({ keepsReads: true }));

async function fixture(options: SqliteOptions): Promise<StoreFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-store-'));
  const open = () => openSqliteStore(join(directory, 'state.db'), options);
  const store = await open();
  const remove = async () => {
    await store.close();
    await rm(directory, { recursive: true });
  };
  return { store, another: open, remove };
}
