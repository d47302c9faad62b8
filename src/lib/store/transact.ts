import { StoreConflict, type Check, type Entry, type ListQuery, type Put, type Store } from './store.js';

/**
 * A transaction under construction: what it reads is checked at commit, what it writes is written together.
 * `get` shows what the draft itself has put or deleted, so that two changes of one record add up; listings show the
 * store. Of several puts and deletes of one key the last counts.
 */
export interface Draft {
  /** The value, checked at commit: the transaction is tried again where it changed meanwhile. */
  get<T>(key: string): Promise<T | undefined>;
  getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]>;
  /** Listed records; each is checked at commit (a record that appears meanwhile is not noticed). */
  list<T>(query: ListQuery): Promise<Entry<T>[]>;
  /** Listed without checks: for looking, where a later change does not matter or a `guard` decides. */
  peek<T>(query: ListQuery): Promise<Entry<T>[]>;
  /** Checks that `key` still has the revision of an entry that `peek` gave. */
  guard(entry: Entry): void;
  put(put: Put): void;
  delete(key: string): void;
}

/** For what reads a draft or, where nothing is written, the store itself: its values without their revisions. */
export const valuesIn = (store: Pick<Store, 'get'>): Pick<Draft, 'get'> => ({
  get: async <T>(key: string) => (await store.get<T>(key))?.value,
});

export interface TransactOptions {
  /** 0 ≤ x < 1; spreads the retries of racing writers. */
  random: () => number;
  /** How often to try before the conflict is thrown. */
  attempts?: number;
}

/**
 * Optimistic writes in one loop: runs `decide` on fresh reads, commits what it drafted, and starts over where
 * another writer was faster. `decide` must have no effect but on the draft. What it returns or throws without a
 * write counts, too, only if all that it read is of one moment: otherwise it may have seen half of another's commit.
 */
export async function transact<R>(
  store: Store,
  options: TransactOptions,
  decide: (draft: Draft) => Promise<R>,
): Promise<R> {
  const attempts = options.attempts ?? 50;
  for (let attempt = 1; ; attempt++) {
    const draft = new ReadTrackingDraft(store);
    try {
      const result = await decide(draft);
      await draft.commit();
      return result;
    } catch (error) {
      const lost = error instanceof StoreConflict || (await draft.isOutdated());
      if (!lost || attempt >= attempts) throw error;
      await pause(options.random() * Math.min(200, 5 * 2 ** attempt));
    }
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class ReadTrackingDraft implements Draft {
  private readonly revisions = new Map<string, number>();
  private readonly puts = new Map<string, Put>();
  private readonly deletes = new Set<string>();

  constructor(private readonly store: Store) {}

  async get<T>(key: string): Promise<T | undefined> {
    return (await this.getMany<T>([key]))[0];
  }

  async getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]> {
    const entries = await this.store.getMany<T>(keys);
    return keys.map((key, i) => {
      this.note(key, entries[i]?.revision ?? 0);
      const drafted = this.puts.get(key);
      if (drafted !== undefined) return drafted.value as T;
      return this.deletes.has(key) ? undefined : entries[i]?.value;
    });
  }

  async list<T>(query: ListQuery): Promise<Entry<T>[]> {
    const entries = await this.peek<T>(query);
    for (const entry of entries) this.guard(entry);
    return entries;
  }

  peek<T>(query: ListQuery): Promise<Entry<T>[]> {
    return this.store.list<T>(query);
  }

  guard(entry: Entry): void {
    this.note(entry.key, entry.revision);
  }

  put(put: Put): void {
    this.deletes.delete(put.key);
    this.puts.set(put.key, put);
  }

  delete(key: string): void {
    this.puts.delete(key);
    this.deletes.add(key);
  }

  async commit(): Promise<void> {
    const writes = { puts: [...this.puts.values()], deletes: [...this.deletes] };
    const isOneRead = writes.puts.length + writes.deletes.length === 0 && this.revisions.size <= 1;
    if (!isOneRead) await this.store.commit({ checks: this.checks(), ...writes });
  }

  /** Whether what was read isn't, or is no longer, what the store holds. */
  async isOutdated(): Promise<boolean> {
    if (this.revisions.size <= 1) return false;
    try {
      await this.store.commit({ checks: this.checks() });
      return false;
    } catch (error) {
      return error instanceof StoreConflict;
    }
  }

  private checks(): Check[] {
    return Array.from(this.revisions, ([key, revision]) => ({ key, revision }));
  }

  /** The first reading counts: a second one with another revision can't be part of the same decision. */
  private note(key: string, revision: number): void {
    const seen = this.revisions.get(key);
    if (seen === undefined) this.revisions.set(key, revision);
    else if (seen !== revision) throw new StoreConflict([key]);
  }
}
