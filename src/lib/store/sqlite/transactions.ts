import type { Database } from './database.js';

/**
 * All or nothing. IMMEDIATE takes the write lock at once: a transaction that reads first and asks for the lock later
 * is thrown out, without any waiting, when another process has written in between.
 */
export function inTransaction<R>(database: Database, work: () => R): R {
  return inside(database, 'BEGIN IMMEDIATE', work);
}

/** Several reads of one moment; takes no lock that a writer would wait for. */
export function inSnapshot<R>(database: Database, work: () => R): R {
  return inside(database, 'BEGIN', work);
}

function inside<R>(database: Database, begin: string, work: () => R): R {
  database.exec(begin);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // After some errors, a full disk among them, SQLite has rolled back already; the error itself is what counts.
  }
}
