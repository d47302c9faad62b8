import { keyRange } from '../keys.js';
import { encodeValue, normalizeIndexes } from '../requests.js';
import {
  StoreConflict,
  type Check,
  type Entry,
  type ListQuery,
  type Put,
  type Transaction,
} from '../store.js';
import type { Database, SqlValue, Statement } from './database.js';

/** The store's operations as SQL; each runs in the transaction that is open, or in one of its own. */
export class Records {
  private readonly statements = new Map<string, Statement>();

  constructor(private readonly database: Database) {}

  get<T>(key: string): Entry<T> | undefined {
    const row = this.sql(`SELECT ${COLUMNS} FROM records WHERE key = ?`).get(key);
    return row && toEntry<T>(row);
  }

  /** In one statement, and so of one moment. */
  getMany<T>(keys: readonly string[]): (Entry<T> | undefined)[] {
    if (keys.length === 1) return [this.get<T>(keys[0] ?? '')];
    const wanted = this.sql(
      `SELECT ${COLUMNS} FROM json_each(?) JOIN records ON records.key = json_each.value`,
    );
    const found = wanted.all(JSON.stringify([...new Set(keys)])).map(toEntry<T>);
    const byKey = new Map(found.map((entry) => [entry.key, entry]));
    return keys.map((key) => byKey.get(key));
  }

  list<T>(query: ListQuery): Entry<T>[] {
    const { sql, values } = listStatement(query);
    return this.sql(sql)
      .all(...values)
      .map(toEntry<T>);
  }

  count({ prefix, index }: ListQuery): number {
    const { from, where, values } = selection({ prefix, index });
    return Number(this.sql(`SELECT count(*) FROM ${from} ${where}`).get(...values)?.[0]);
  }

  /** Changes when another connection has committed; not by what is committed on this one. */
  dataVersion(): number {
    return Number(this.sql('PRAGMA data_version').get()?.[0]);
  }

  /** The checks and writes of a transaction whose values are JSON texts already; returns its revision. */
  apply(transaction: EncodedTransaction): number {
    const { checks, puts, deletes } = transaction;
    const changed = checks.filter((check) => !this.holds(check));
    if (changed.length > 0) throw new StoreConflict(changed.map(({ key }) => key));
    if (writesAnything(transaction)) this.sql('UPDATE store SET revision = revision + 1').run();
    const revision = Number(this.sql('SELECT revision FROM store').get()?.[0]);
    for (const put of puts) this.put(put, revision);
    for (const key of deletes) this.delete(key);
    return revision;
  }

  private holds({ key, revision }: Check): boolean {
    const row = this.sql('SELECT revision FROM records WHERE key = ?').get(key);
    return Number(row?.[0] ?? 0) === revision;
  }

  private put({ key, text, indexes }: EncodedPut, revision: number): void {
    this.moveIndexes(key, indexes ?? []);
    this.sql(
      `INSERT INTO records (key, value, revision, indexes) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
       SET value = excluded.value, revision = excluded.revision, indexes = excluded.indexes`,
    ).run(key, text, revision, indexes ? JSON.stringify(indexes) : null);
  }

  private delete(key: string): void {
    this.moveIndexes(key, []);
    this.sql('DELETE FROM records WHERE key = ?').run(key);
  }

  private moveIndexes(key: string, to: readonly string[]): void {
    const from = parseIndexes(this.sql('SELECT indexes FROM records WHERE key = ?').get(key)?.[0]) ?? [];
    const [leave, enter] = [
      from.filter((name) => !to.includes(name)),
      to.filter((name) => !from.includes(name)),
    ];
    for (const name of leave) this.sql('DELETE FROM index_entries WHERE name = ? AND key = ?').run(name, key);
    for (const name of enter) this.sql('INSERT INTO index_entries (name, key) VALUES (?, ?)').run(name, key);
  }

  private sql(text: string): Statement {
    const known = this.statements.get(text) ?? this.database.prepare(text);
    this.statements.set(text, known);
    return known;
  }
}

export interface EncodedPut {
  key: string;
  text: string;
  indexes?: string[];
}

export interface EncodedTransaction {
  checks: readonly Check[];
  puts: readonly EncodedPut[];
  deletes: readonly string[];
}

/** Done before the write lock is taken: others wait for it. */
export function encodeTransaction({ checks = [], puts = [], deletes = [] }: Transaction): EncodedTransaction {
  return { checks, puts: puts.map(encodePut), deletes };
}

export function writesAnything({ puts, deletes }: EncodedTransaction): boolean {
  return puts.length + deletes.length > 0;
}

function encodePut({ key, value, indexes }: Put): EncodedPut {
  return { key, text: encodeValue(key, value), indexes: normalizeIndexes(indexes) };
}

/** The statement that lists; there are few of them, so that each is prepared once. */
export function listStatement(query: ListQuery): { sql: string; values: SqlValue[] } {
  return statement(query, COLUMNS);
}

/** As `listStatement`, for keys alone. */
export function keysStatement(query: ListQuery): { sql: string; values: SqlValue[] } {
  return statement(query, 'records.key');
}

function statement(query: ListQuery, columns: string): { sql: string; values: SqlValue[] } {
  const { from, key, where, values } = selection(query);
  const order = query.reverse ? 'DESC' : 'ASC';
  return {
    sql: `SELECT ${columns} FROM ${from} ${where} ORDER BY ${key} ${order} LIMIT ?`,
    values: [...values, query.limit ?? NO_LIMIT],
  };
}

const COLUMNS = 'records.key, records.value, records.revision, records.indexes';
const NO_LIMIT = -1;

/** CROSS JOIN is SQLite's way to fix the order of a join: through the index, then to its records. */
function selection(query: ListQuery): { from: string; key: string; where: string; values: SqlValue[] } {
  const byIndex = query.index !== undefined;
  const key = byIndex ? 'index_entries.key' : 'records.key';
  const { low, lowOpen, high } = keyRange(query);
  const conditions: [sql: string, value: string | undefined][] = [
    ['index_entries.name = ?', query.index],
    [`${key} ${lowOpen ? '>' : '>='} ?`, low],
    [`${key} < ?`, high],
  ];
  const given = conditions.filter((condition): condition is [string, string] => condition[1] !== undefined);
  return {
    from: byIndex ? 'index_entries CROSS JOIN records ON records.key = index_entries.key' : 'records',
    key,
    where: given.length === 0 ? '' : `WHERE ${given.map(([sql]) => sql).join(' AND ')}`,
    values: given.map(([, value]) => value),
  };
}

function toEntry<T>([key, value, revision, indexes]: SqlValue[]): Entry<T> {
  const entry = { key: String(key), value: JSON.parse(String(value)) as T, revision: Number(revision) };
  const names = parseIndexes(indexes);
  return names ? { ...entry, indexes: names } : entry;
}

function parseIndexes(text: SqlValue | undefined): string[] | undefined {
  return text === null || text === undefined ? undefined : (JSON.parse(String(text)) as string[]);
}
