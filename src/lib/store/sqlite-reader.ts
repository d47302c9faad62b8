import { resolve } from 'node:path';
import { openDatabase } from './sqlite/database.js';
import { refuseNetworkFileSystem } from './sqlite/network-file-system.js';
import { keysStatement, listStatement } from './sqlite/records.js';
import { isCurrent, schema } from './sqlite/schema.js';
import { assertQuery } from './requests.js';
import type { ListQuery } from './store.js';

/** A state of which nothing is changed. */
export interface StoreReader {
  values<T>(query: ListQuery): T[];
  /** The keys alone, where values may be large. */
  keys(query: ListQuery): string[];
  close(): void;
}

/** Milliseconds: whoever presses Tab would rather see nothing than wait. */
const PATIENCE = 50;

/**
 * Opens a state that exists, to look something up in it on the way: nothing is set up, migrated or written, and nobody
 * is waited for. Throws whatever is wrong with it.
 */
export function openSqliteReader(path: string): StoreReader {
  const file = resolve(path);
  refuseNetworkFileSystem(file, file);
  const database = openDatabase(file, PATIENCE);
  database.exec('PRAGMA query_only = ON');
  if (!isCurrent(database, schema)) throw new Error(`${file} has another format`);
  const all = ({ sql, values }: ReturnType<typeof listStatement>) => database.prepare(sql).all(...values);
  return {
    values: <T>(query: ListQuery) => {
      assertQuery(query);
      return all(listStatement(query)).map(([, value]) => JSON.parse(String(value)) as T);
    },
    keys: (query) => {
      assertQuery(query);
      return all(keysStatement(query)).map(([key]) => String(key));
    },
    close: () => database.close(),
  };
}
