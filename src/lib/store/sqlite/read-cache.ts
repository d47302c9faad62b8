import type { Entry } from '../store.js';

/** Bytes, by a rough estimate, that kept records may take. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Records that were read by their keys, for a process that stays and reads the same ones again and again. What this
 * process commits is forgotten at once, and all of it when another process has committed: `dataVersion` (SQLite's
 * PRAGMA data_version) tells, and is asked once in a turn of the event loop. What a caller learns of another process by
 * any way comes in a later turn than what was done there, so that nobody can see less than he knows. (That doesn't hold of
 * another handle in this process, which `askAgain` is for.)
 * Kept values are frozen: all who read a record get the same one.
 */
export class ReadCache {
  private readonly kept = new Map<string, { entry: Entry | undefined; size: number }>();
  private size = 0;
  private version: number | undefined;
  private isCurrent = false;

  constructor(
    private readonly dataVersion: () => number,
    private readonly most = MOST_BYTES,
  ) {}

  /** undefined unless all of them are kept: then they are of one moment. */
  find(keys: readonly string[]): (Entry | undefined)[] | undefined {
    if (!this.isCurrent) this.askOnceInTurn();
    const found: (Entry | undefined)[] = [];
    for (const key of keys) {
      const kept = this.kept.get(key);
      if (kept === undefined) return undefined;
      found.push(kept.entry);
    }
    return found;
  }

  /** What was read just now, by one statement. */
  keep(keys: readonly string[], entries: readonly (Entry | undefined)[]): void {
    // Another process may have committed since this turn began: what was read then doesn't go with what is kept.
    if (!this.check()) return;
    keys.forEach((key, i) => {
      const entry = entries[i];
      this.forget(key);
      const size = 100 + 2 * key.length + (entry === undefined ? 0 : freeze(entry));
      this.kept.set(key, { entry, size });
      this.size += size;
    });
    for (const oldest of this.kept.keys()) {
      if (this.size <= this.most) break;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    this.size -= this.kept.get(key)?.size ?? 0;
    this.kept.delete(key);
  }

  /** Something was committed in this process: by this handle, or by another that `dataVersion` knows of. */
  askAgain(): void {
    this.isCurrent = false;
  }

  /** Whether no other process has committed since this was last asked; else nothing is kept any more. */
  check(): boolean {
    const version = this.dataVersion();
    if (version === this.version) return true;
    this.kept.clear();
    this.size = 0;
    this.version = version;
    return false;
  }

  private askOnceInTurn(): void {
    this.check();
    this.isCurrent = true;
    setImmediate(() => (this.isCurrent = false));
  }
}

/** Freezes a JSON value to its depths; about how many bytes it takes. */
function freeze(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 32;
  for (const name in value) size += 16 + freeze((value as Record<string, unknown>)[name]);
  Object.freeze(value);
  return size;
}
