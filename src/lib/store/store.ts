/** One record as it stands in the store. `revision` is the number of the commit that wrote it; it only rises. */
export interface Entry<T = unknown> {
  key: string;
  value: T;
  revision: number;
  /** The index names of its last put, sorted, each once; absent where it has none. */
  indexes?: readonly string[];
}

/** What to list, in ascending key order. Exactly one of `prefix` and `index` is given. */
export interface ListQuery {
  /** Records whose key starts with this. */
  prefix?: string;
  /** Records that were put with this very index name. */
  index?: string;
  /** Only keys after this one (the last key of the page before). */
  after?: string;
  /** Most records to return. Default: all. */
  limit?: number;
  /** Descending key order; `after` then means "keys before this one". */
  reverse?: boolean;
}

export interface Put {
  key: string;
  /** Any JSON value. */
  value: unknown;
  /** Names under which `list({index})` finds the record; replaces those of the record's last put. */
  indexes?: readonly string[];
}

/** `revision` 0 says that the key must not exist. */
export interface Check {
  key: string;
  revision: number;
}

export interface Transaction {
  checks?: readonly Check[];
  puts?: readonly Put[];
  deletes?: readonly string[];
}

/**
 * The key/value store that keeps a Longshore's state: the cluster manager's database in ECS.
 * Keys are `/`-separated strings compared by their UTF-8 bytes; values are JSON.
 * What is read is not to be changed: a driver may give the same, frozen, to all.
 * Every driver passes test/contract/store.contract.ts.
 */
export interface Store {
  /** What the user would call it, for messages: a path, `memory`. */
  readonly location: string;
  get<T>(key: string): Promise<Entry<T> | undefined>;
  /** In the order of `keys`; undefined where a key doesn't exist. One consistent snapshot. */
  getMany<T>(keys: readonly string[]): Promise<(Entry<T> | undefined)[]>;
  /** One consistent snapshot. The cost follows what is returned, not what the store holds. */
  list<T>(query: ListQuery): Promise<Entry<T>[]>;
  /** How many records `list` would return, without reading them. */
  count(query: Pick<ListQuery, 'prefix' | 'index'>): Promise<number>;
  /**
   * All or nothing. When it has returned, the change survives kill -9 and power loss.
   * Returns the new revision that the written records carry; with nothing to write, the store's present one, and
   * then the checks alone are made.
   * Throws StoreConflict where a check doesn't hold; then nothing is written.
   */
  commit(transaction: Transaction): Promise<number>;
  close(): Promise<void>;
}

/** A checked record changed since it was read: read again and decide again (see transact). */
export class StoreConflict extends Error {
  constructor(readonly keys: readonly string[]) {
    super(`changed meanwhile: ${keys.join(', ')}`);
    this.name = 'StoreConflict';
  }
}

/** The state can't be used: damaged, of a newer version, not readable, on a network file system, disk full … */
export class StoreError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}
