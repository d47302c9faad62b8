import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

export type SqlValue = string | number | null;

/** What the store needs of an SQLite package; another package takes libsql's place by giving this. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** Ends when the statements, too, are garbage: libsql holds the file open until then or until the process ends. */
  close(): void;
}

export interface Statement {
  run(...values: SqlValue[]): void;
  /** The first row, its columns in the order of the statement. */
  get(...values: SqlValue[]): SqlValue[] | undefined;
  all(...values: SqlValue[]): SqlValue[][];
}

/** The part of libsql's binary that we use. */
interface Binary {
  databaseOpen(
    path: string,
    token: string,
    cipher: string,
    key: string,
    timeout: number,
    remoteKey: string,
  ): object;
  databaseExecSync(this: object, sql: string): void;
  databasePrepareSync(this: object, sql: string): object;
  databaseClose(this: object): void;
  statementIsReader(this: object): boolean;
  /** Rows as arrays instead of objects; refused for statements that give no rows. */
  statementRaw(this: object, raw: boolean): void;
  statementRun(this: object, values: SqlValue[]): unknown;
  statementGet(this: object, values: SqlValue[]): SqlValue[] | undefined;
  statementRowsSync(this: object, values: SqlValue[]): object;
  /** Fills the array with the next rows; leaves the rest as it was. */
  rowsNext(this: object, rows: (SqlValue[] | undefined)[]): void;
}

/** The part of libsql's public interface (that of better-sqlite3) that we use. */
interface Package {
  new (
    path: string,
    options: { timeout: number },
  ): {
    exec(sql: string): unknown;
    prepare(sql: string): PackageStatement;
    close(): unknown;
  };
}
interface PackageStatement {
  readonly reader: boolean;
  raw(): void;
  run(...values: SqlValue[]): unknown;
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown;
}

// The shipped bundle is CommonJS and has its own require; the sources are ES modules and make one.
const load = typeof require === 'function' ? require : createRequire(import.meta.url);

/**
 * Opens or creates an SQLite database; `busyTimeout` is in milliseconds.
 * Throws what libsql throws (see errors.ts).
 */
export function openDatabase(path: string, busyTimeout: number): Database {
  const binary = loadBinary();
  return binary ? openByBinary(binary, path, busyTimeout) : openByPackage(path, busyTimeout);
}

/**
 * libsql's binary for this platform, loaded past libsql's own loader. That one asks for a diagnostic report of the
 * process to learn which C library it runs on: most of the 12 ms that libsql adds to the start of every command.
 * Undefined where the platform isn't a plain case or libsql came out with another binary: its loader knows best then.
 */
export function loadBinary(): Binary | undefined {
  const target = plainTarget();
  if (!target) return undefined;
  const binary =
    tryLoad(() => load(`@libsql/${target}`)) ?? tryLoad(() => besideLibsql()(`@libsql/${target}`));
  return binary && NEEDED.every((name) => typeof binary[name] === 'function') ? binary : undefined;
}

/** Where packages are not laid flat (pnpm), libsql's are found from libsql only; looking there costs 2 ms. */
const besideLibsql = () => createRequire(load.resolve('libsql'));

function tryLoad(attempt: () => unknown): Binary | undefined {
  try {
    return attempt() as Binary;
  } catch {
    return undefined;
  }
}

const NEEDED: readonly (keyof Binary)[] = [
  'databaseOpen',
  'databaseExecSync',
  'databasePrepareSync',
  'databaseClose',
  'statementIsReader',
  'statementRaw',
  'statementRun',
  'statementGet',
  'statementRowsSync',
  'rowsNext',
];

function plainTarget(): string | undefined {
  const { platform, arch } = process;
  if (arch !== 'x64' && arch !== 'arm64') return undefined;
  if (platform === 'darwin') return `darwin-${arch}`;
  const musl = `/lib/ld-musl-${arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`;
  return platform === 'linux' && !existsSync(musl) ? `linux-${arch}-gnu` : undefined;
}

function openByBinary(binary: Binary, path: string, busyTimeout: number): Database {
  const database = binary.databaseOpen(path, '', 'aes256cbc', '', busyTimeout, '');
  return {
    exec: (sql) => binary.databaseExecSync.call(database, sql),
    prepare: (sql) => statementOf(binary, binary.databasePrepareSync.call(database, sql)),
    close: () => binary.databaseClose.call(database),
  };
}

function statementOf(binary: Binary, statement: object): Statement {
  if (binary.statementIsReader.call(statement)) binary.statementRaw.call(statement, true);
  return {
    run: (...values) => void binary.statementRun.call(statement, values),
    get: (...values) => binary.statementGet.call(statement, values),
    all: (...values) => readAll(binary, binary.statementRowsSync.call(statement, values)),
  };
}

const BATCH = 100;

function readAll(binary: Binary, cursor: object): SqlValue[][] {
  const rows: SqlValue[][] = [];
  for (;;) {
    const batch = new Array<SqlValue[] | undefined>(BATCH).fill(undefined);
    binary.rowsNext.call(cursor, batch);
    for (const row of batch) {
      if (!row) return rows;
      rows.push(row);
    }
  }
}

/** As openDatabase, through libsql's public interface. */
export function openByPackage(path: string, busyTimeout: number): Database {
  const Libsql = load('libsql') as Package;
  const database = new Libsql(path, { timeout: busyTimeout });
  return {
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      if (statement.reader) statement.raw();
      return {
        run: (...values) => void statement.run(...values),
        get: (...values) => statement.get(...values) as SqlValue[] | undefined,
        all: (...values) => statement.all(...values) as SqlValue[][],
      };
    },
    close: () => void database.close(),
  };
}
