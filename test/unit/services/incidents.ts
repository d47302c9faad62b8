import type { Breaker } from '../../../src/lib/services/types.js';

/** What the tasks of a deployment do. */
export interface Version {
  kind: 'good' | 'never starts' | 'dies soon' | 'unhealthy';
  /** It has a health check. */
  checked: boolean;
}

export type Incident =
  | { kind: 'update'; version: Version; breaker?: Breaker }
  | { kind: 'scale'; to: number }
  /** `cut`: its tasks run on and nobody sees them; else they are gone when it is back. */
  | { kind: 'vanish'; host: number; cut: boolean }
  | { kind: 'return'; host: number }
  | { kind: 'drain'; host: number }
  | { kind: 'undrain'; host: number }
  | { kind: 'protect'; task: number; seconds: number }
  | { kind: 'evict'; task: number }
  | { kind: 'crash'; task: number }
  /** Its health checks fail, or no longer do. */
  | { kind: 'sicken' | 'recover'; task: number }
  /** A user stops the deployment where it is. */
  | { kind: 'halt' }
  | { kind: 'freeze'; on: boolean }
  | { kind: 'delete' };

/** Seconds from the beginning. */
export type Timed = Incident & { at: number };
