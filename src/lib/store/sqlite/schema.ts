import { StoreError } from '../store.js';
import { isBusy } from './errors.js';
import { inSnapshot, inTransaction } from './transactions.js';
import type { Database } from './database.js';

/** One step from a format of the file to the next; its place in the list is the version it leads to. */
export type SchemaStep = (database: Database) => void;

/** The file's formats so far. A step that was released is never changed: add one. */
export const schema: readonly SchemaStep[] = [createRecords];

/** "Lnsh": what `file` and other tools read in the file's header. */
const APPLICATION_ID = 0x4c6e_7368;

/** How to wait for other processes: `pause` between attempts, at most `attempts` of them. */
export interface Patience {
  attempts: number;
  pause: () => Promise<void>;
}

/**
 * Brings the open file to the newest format: an empty one is set up, an older one goes through the steps that it
 * lacks. Costs two small reads where there is nothing to do. Throws StoreError for a newer file and for another
 * program's.
 */
export async function prepareSchema(
  database: Database,
  path: string,
  steps: readonly SchemaStep[],
  { attempts, pause }: Patience,
): Promise<void> {
  if (isCurrent(database, steps)) return;
  for (let attempt = 1; ; attempt++) {
    try {
      return setUp(database, path, steps);
    } catch (error) {
      // SQLite's busy time-out doesn't cover the switch to WAL, and processes that start together all make it.
      if (!isBusy(error) || attempt >= attempts) throw error;
      await pause();
    }
  }
}

/** Whether the file is a state in the newest format. */
export function isCurrent(database: Database, steps: readonly SchemaStep[]): boolean {
  const { version, application } = readHeader(database);
  return application === APPLICATION_ID && version === steps.length;
}

/** Can be done again, also where another process is doing it. */
function setUp(database: Database, path: string, steps: readonly SchemaStep[]): void {
  const header = inSnapshot(database, () => ({ ...readHeader(database), isEmpty: isEmpty(database) }));
  assertOurs(header, path);
  assertNotNewer(header, path, steps);
  if (header.version === 0) database.prepare('PRAGMA journal_mode = WAL').get();
  for (let version = header.version; version < steps.length; version++) takeStep(database, steps, version);
}

interface Header {
  version: number;
  application: number;
}

function readHeader(database: Database): Header {
  const read = (pragma: string) => Number(database.prepare(`PRAGMA ${pragma}`).get()?.[0]);
  return { version: read('user_version'), application: read('application_id') };
}

function isEmpty(database: Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
}

function assertOurs({ version, application, isEmpty }: Header & { isEmpty: boolean }, path: string): void {
  if (application === APPLICATION_ID || (application === 0 && version === 0 && isEmpty)) return;
  throw new StoreError(`${path} is another program's database`, 'Choose another state file with --state.');
}

function assertNotNewer({ version }: Header, path: string, steps: readonly SchemaStep[]): void {
  if (version <= steps.length) return;
  throw new StoreError(
    `the state ${path} has format ${version}, and this Longshore knows formats up to ${steps.length}`,
    'A newer Longshore has written it: use that version, or choose another state file with --state.',
  );
}

/** Another process may have taken the step meanwhile: the version is read again under the lock. */
function takeStep(database: Database, steps: readonly SchemaStep[], from: number): void {
  inTransaction(database, () => {
    if (readHeader(database).version !== from) return;
    steps[from]?.(database);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${from + 1}`);
  });
}

/**
 * `indexes` are a record's index names as a JSON array (NULL for none), so that a put knows which rows of
 * `index_entries` to take away. Keys are TEXT in UTF-8 under BINARY collation, that is in the order of their bytes.
 * `records` has a rowid because values of some KB would make a poor tree of keys; `index_entries` is all key.
 */
function createRecords(database: Database): void {
  database.exec(`
    CREATE TABLE records (
      key TEXT NOT NULL UNIQUE,
      value TEXT NOT NULL,
      revision INTEGER NOT NULL,
      indexes TEXT
    ) STRICT;
    CREATE TABLE index_entries (
      name TEXT NOT NULL,
      key TEXT NOT NULL,
      PRIMARY KEY (name, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE store (revision INTEGER NOT NULL) STRICT;
    INSERT INTO store VALUES (0);
  `);
}
