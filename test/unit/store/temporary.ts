import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { StoreError } from '../../../src/lib/store/store.js';

/** A directory of the running test's own. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** The StoreError that the promise ends with. */
export async function storeErrorOf(promise: Promise<unknown>): Promise<StoreError> {
  const outcome = await promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (outcome instanceof StoreError) return outcome;
  throw new Error('expected a StoreError', { cause: outcome });
}
