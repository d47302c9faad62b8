import { compareKeys, keyRange } from './keys.js';
import { assertKey, assertQuery, assertTransaction, encodeValue, normalizeIndexes } from './requests.js';
import {
  StoreConflict,
  type Entry,
  type ListQuery,
  type Put,
  type Store,
  type Transaction,
} from './store.js';

/** A store that lives as long as the process: for tests, and for what need not outlast a command. */
export function openMemoryStore(): Store {
  return new MemoryStore();
}

/** A record as kept: its value as JSON text, so that every reader gets a copy of its own. */
interface Kept {
  text: string;
  revision: number;
  indexes?: string[];
}

class MemoryStore implements Store {
  readonly location = 'memory';
  private readonly records = new Map<string, Kept>();
  private readonly keys = new SortedKeys();
  private readonly indexes = new Map<string, SortedKeys>();
  private revision = 0;
  private closed = false;

  async get<T>(key: string): Promise<Entry<T> | undefined> {
    return (await this.getMany<T>([key]))[0];
  }

  async getMany<T>(keys: readonly string[]): Promise<(Entry<T> | undefined)[]> {
    this.assertOpen();
    keys.forEach(assertKey);
    return keys.map((key) => this.read<T>(key));
  }

  async list<T>(query: ListQuery): Promise<Entry<T>[]> {
    return this.find(query).flatMap((key) => this.read<T>(key) ?? []);
  }

  async count(query: Pick<ListQuery, 'prefix' | 'index'>): Promise<number> {
    return this.find({ prefix: query.prefix, index: query.index }).length;
  }

  async commit(transaction: Transaction): Promise<number> {
    this.assertOpen();
    assertTransaction(transaction);
    const { checks = [], puts = [], deletes = [] } = transaction;
    const kept = puts.map((put) => ({ put, text: encodeValue(put.key, put.value) }));
    const changed = checks.filter(({ key, revision }) => (this.records.get(key)?.revision ?? 0) !== revision);
    if (changed.length > 0) throw new StoreConflict(changed.map(({ key }) => key));
    if (puts.length + deletes.length === 0) return this.revision;
    this.revision++;
    for (const { put, text } of kept) this.put(put, text);
    for (const key of deletes) this.delete(key);
    return this.revision;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private read<T>(key: string): Entry<T> | undefined {
    const kept = this.records.get(key);
    if (!kept) return undefined;
    const entry = { key, value: JSON.parse(kept.text) as T, revision: kept.revision };
    return kept.indexes ? { ...entry, indexes: [...kept.indexes] } : entry;
  }

  private find(query: ListQuery): string[] {
    this.assertOpen();
    assertQuery(query);
    const keys = query.index === undefined ? this.keys : this.indexes.get(query.index);
    return keys?.select(query) ?? [];
  }

  private put({ key, indexes }: Put, text: string): void {
    this.delete(key);
    const names = normalizeIndexes(indexes);
    this.records.set(key, { text, revision: this.revision, indexes: names });
    this.keys.add(key);
    for (const name of names ?? []) this.indexOf(name).add(key);
  }

  private delete(key: string): void {
    const kept = this.records.get(key);
    if (!kept) return;
    this.records.delete(key);
    this.keys.remove(key);
    for (const name of kept.indexes ?? []) this.indexOf(name).remove(key);
  }

  private indexOf(name: string): SortedKeys {
    const known = this.indexes.get(name) ?? new SortedKeys();
    this.indexes.set(name, known);
    return known;
  }

  private assertOpen(): void {
    if (this.closed) throw new Error('the store is closed');
  }
}

class SortedKeys {
  private readonly keys: string[] = [];

  add(key: string): void {
    this.keys.splice(this.positionOf(key), 0, key);
  }

  remove(key: string): void {
    this.keys.splice(this.positionOf(key), 1);
  }

  select(query: ListQuery): string[] {
    const { low, lowOpen, high } = keyRange(query);
    const start = low === undefined ? 0 : this.positionOf(low) + (lowOpen && this.has(low) ? 1 : 0);
    const end = Math.max(start, high === undefined ? this.keys.length : this.positionOf(high));
    const limit = query.limit ?? this.keys.length;
    if (query.reverse) return this.keys.slice(Math.max(start, end - limit), end).reverse();
    return this.keys.slice(start, Math.min(end, start + limit));
  }

  private has(key: string): boolean {
    return this.keys[this.positionOf(key)] === key;
  }

  /** Where the key is, or would be put. */
  private positionOf(key: string): number {
    let [from, to] = [0, this.keys.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (compareKeys(this.keys[middle] as string, key) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
