import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase, type Database } from './sqlite/database.js';
import { explainSqlite } from './sqlite/errors.js';
import { ensureFile, makePrivate } from './sqlite/file.js';
import { refuseForeign } from './sqlite/foreign.js';
import { refuseNetworkFileSystem } from './sqlite/network-file-system.js';
import { encodeTransaction, Records, writesAnything } from './sqlite/records.js';
import { ReadCache } from './sqlite/read-cache.js';
import { prepareSchema, schema, type SchemaStep } from './sqlite/schema.js';
import { inSnapshot, inTransaction } from './sqlite/transactions.js';
import { assertKey, assertQuery, assertTransaction } from './requests.js';
import { type Entry, type ListQuery, type Store, type Transaction } from './store.js';

export interface SqliteOptions {
  /** Milliseconds to wait for another process's write lock, which it holds for one commit. Default: 10,000. */
  busyTimeout?: number;
  /** The file's formats, oldest first. Default: the real ones. */
  schema?: readonly SchemaStep[];
  /** Throws a StoreError where `existing` (the state's file, else its directory) can't hold a state. */
  refuse?: (existing: string, path: string) => void;
  /** Keep what is read, for a process that stays; values are frozen then. Default: false. */
  keepsReads?: boolean;
  /** Default: libsql. */
  open?: (path: string, busyTimeout: number) => Database;
}

/**
 * Opens the state in one local file, which is made (mode 0600, directories 0700) where there is none; one that
 * others can read is narrowed to 0600.
 * Throws StoreError where it can't be used: open to other users, damaged, another program's, of a newer format, not writable, on a
 * network file system, on a full disk, locked for longer than `busyTimeout`.
 */
export async function openSqliteStore(path: string, options: SqliteOptions = {}): Promise<Store> {
  const { busyTimeout = 10_000, refuse = refuseNetworkFileSystem, open = openDatabase } = options;
  const file = resolve(path);
  const { shared } = ensureFile(file, (existing) => refuse(existing, file));
  let database: Database | undefined;
  try {
    database = open(file, busyTimeout);
    const patience = { attempts: Math.ceil(busyTimeout / PAUSE), pause: () => sleep(PAUSE) };
    await prepareSchema(database, file, options.schema ?? schema, patience);
    // What SQLite has opened beside it by now may have been put there since it was looked at.
    refuseForeign(file);
    if (shared) makePrivate(file);
    return new SqliteStore(file, database, options.keepsReads ?? false);
  } catch (error) {
    database?.close();
    throw explainSqlite(error, file);
  }
}

const PAUSE = 10;

/** Of all handles in this process. */
const caches = new Set<ReadCache>();

class SqliteStore implements Store {
  private readonly records: Records;
  private readonly cache: ReadCache | undefined;
  private writes = false;
  private closed = false;

  constructor(
    readonly location: string,
    private readonly database: Database,
    keepsReads: boolean,
  ) {
    this.records = new Records(database);
    if (!keepsReads) return;
    this.cache = new ReadCache(() => this.records.dataVersion());
    caches.add(this.cache);
  }

  async get<T>(key: string): Promise<Entry<T> | undefined> {
    assertKey(key);
    if (this.cache !== undefined) return (await this.getMany<T>([key]))[0];
    return this.run(() => this.records.get<T>(key));
  }

  async getMany<T>(keys: readonly string[]): Promise<(Entry<T> | undefined)[]> {
    keys.forEach(assertKey);
    return this.run(() => {
      const kept = this.cache?.find(keys);
      if (kept !== undefined) return kept as (Entry<T> | undefined)[];
      const entries = this.records.getMany<T>(keys);
      this.cache?.keep(keys, entries);
      return entries;
    });
  }

  async list<T>(query: ListQuery): Promise<Entry<T>[]> {
    assertQuery(query);
    return this.run(() => {
      const entries = this.records.list<T>(query);
      // What is kept must not be older than what was just listed.
      this.cache?.check();
      return entries;
    });
  }

  async count(query: Pick<ListQuery, 'prefix' | 'index'>): Promise<number> {
    assertQuery(query);
    return this.run(() => this.records.count(query));
  }

  async commit(transaction: Transaction): Promise<number> {
    assertTransaction(transaction);
    const encoded = encodeTransaction(transaction);
    return this.run(() => {
      if (!writesAnything(encoded)) return inSnapshot(this.database, () => this.records.apply(encoded));
      this.prepareToWrite();
      const revision = inTransaction(this.database, () => this.records.apply(encoded));
      for (const { key } of encoded.puts) this.cache?.forget(key);
      for (const key of encoded.deletes) this.cache?.forget(key);
      for (const cache of caches) cache.askAgain();
      return revision;
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.cache !== undefined) caches.delete(this.cache);
    this.database.close();
  }

  /**
   * In WAL mode only FULL syncs the log at each commit; NORMAL leaves that to the next checkpoint, so that a power
   * loss would take back commits that had returned. fullfsync does on macOS, where fsync stops at the disk's cache,
   * what fsync does elsewhere. Set at the first write: a command that only reads needn't pay for it.
   */
  private prepareToWrite(): void {
    if (this.writes) return;
    this.database.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON');
    this.writes = true;
  }

  private run<R>(work: () => R): R {
    if (this.closed) throw new Error('the store is closed');
    try {
      return work();
    } catch (error) {
      throw explainSqlite(error, this.location);
    }
  }
}
