import { isKey } from './requests.js';
import { StoreError, type Entry, type Store } from './store.js';

/**
 * A whole state as a document of its own: what `state export` writes and `state import` reads, whichever drivers
 * are on the two sides. Revisions stay behind: they count the commits of one store.
 */
export interface StateDocument {
  format: typeof FORMAT;
  version: number;
  records: StateRecord[];
}

export interface StateRecord {
  key: string;
  value: unknown;
  indexes?: readonly string[];
}

const FORMAT = 'longshore-state';
const VERSION = 1;

/** Every record in key order, as of one moment. */
export async function exportState(store: Store): Promise<StateDocument> {
  const entries = await store.list({ prefix: '' });
  return { format: FORMAT, version: VERSION, records: entries.map(toRecord) };
}

/**
 * Puts the records of a document, parsed but not yet trusted, into the store in one commit: all of them or none.
 * A store that holds records is refused unless they may be replaced: then those that the document lacks are deleted.
 * Returns how many records were written and deleted. Throws StoreError for a document that can't be imported, and
 * StoreConflict where another process wrote meanwhile.
 */
export async function importState(
  store: Store,
  document: unknown,
  { replace = false }: { replace?: boolean } = {},
): Promise<{ written: number; deleted: number }> {
  const { records } = parseDocument(document);
  const present = await store.list({ prefix: '' });
  if (present.length > 0 && !replace) throw notEmpty(store, present.length);
  const wanted = new Set(records.map(({ key }) => key));
  const deletes = present.map(({ key }) => key).filter((key) => !wanted.has(key));
  await store.commit({ checks: checksOf(records, present), puts: records, deletes });
  return { written: records.length, deleted: deletes.length };
}

function toRecord({ key, value, indexes }: Entry): StateRecord {
  return indexes ? { key, indexes, value } : { key, value };
}

/** Nothing that was read has changed, and nothing has come where a record goes. */
function checksOf(records: readonly StateRecord[], present: readonly Entry[]) {
  const revisions = new Map(records.map(({ key }) => [key, 0]));
  for (const { key, revision } of present) revisions.set(key, revision);
  return Array.from(revisions, ([key, revision]) => ({ key, revision }));
}

function parseDocument(document: unknown): StateDocument {
  if (!isObject(document) || document.format !== FORMAT) throw unusable('this is not an export of a state');
  const { version, records } = document;
  if (typeof version !== 'number') throw unusable('it has no version');
  if (version !== VERSION) throw otherVersion(version);
  if (!Array.isArray(records)) throw unusable('it has no list of records');
  const seen = new Set<string>();
  return { format: FORMAT, version, records: records.map((record, i) => parseRecord(record, i, seen)) };
}

function parseRecord(record: unknown, position: number, seen: Set<string>): StateRecord {
  const wrong = (what: string) => unusable(`records[${position}] ${what}`);
  if (!isObject(record)) throw wrong('is not an object');
  const { key, value, indexes } = record;
  if (!isKey(key)) throw wrong('has no usable key');
  if (value === undefined) throw wrong(`(${key}) has no value`);
  if (indexes !== undefined && !isListOfKeys(indexes)) throw wrong(`(${key}) has unusable indexes`);
  if (seen.has(key)) throw wrong(`has the key of an earlier one: ${key}`);
  seen.add(key);
  return { key, value, indexes };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isListOfKeys = (value: unknown): value is string[] => Array.isArray(value) && value.every(isKey);

function otherVersion(version: number): StoreError {
  return new StoreError(
    `the export has version ${version}, and this Longshore reads version ${VERSION}`,
    'Import it with the version of Longshore that exported it, or a newer one.',
  );
}

function unusable(reason: string): StoreError {
  return new StoreError(
    `the state can't be imported: ${reason}`,
    'Give a file that `longshore state export` has written, complete and unchanged.',
  );
}

function notEmpty(store: Store, count: number): StoreError {
  return new StoreError(
    `the state ${store.location} holds ${count} records already`,
    'Import into a new state file with --state, or give --replace to put the import in place of what is there.',
  );
}
