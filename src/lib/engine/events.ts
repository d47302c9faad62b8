import type { Awaited } from '../agent/start-conditions.js';
import type { HostError } from '../hosts/host-error.js';

/** What the engine tells while it works. Front ends show it or not; nothing depends on it. Facts only, no wording. */
export type EngineEvent =
  /** Something was accepted that does less than it says, or a fault that did not stop the operation. */
  | { type: 'warning'; message: string }
  /** Good to know: a dropped read-only key, an adopted host. */
  | { type: 'note'; message: string }
  | { type: 'host-connecting'; host: string }
  | { type: 'host-connected'; host: string; milliseconds: number }
  /** The host is left out of this operation: the exit code becomes 3. */
  | { type: 'host-failed'; host: string; error: HostError }
  | { type: 'task-placed'; taskId: string; host: string; definition: string }
  | { type: 'task-withdrawn'; taskId: string; host: string; reason: string }
  | {
      type: 'pull';
      host: string;
      image: string;
      status: string;
      current: number;
      total: number;
      done: boolean;
    }
  /** An image on its way: out of its engine, to a host, or into that host's engine. In bytes. */
  | {
      type: 'transfer';
      host: string;
      image: string;
      what: 'reading' | 'sending' | 'loading';
      current: number;
      total: number;
      done: boolean;
    }
  /** `exitCode`: of a task that ended by itself, its essential container's. */
  | {
      type: 'task-state';
      taskId: string;
      host: string;
      lastStatus: string;
      reason?: string;
      exitCode?: number;
    }
  /** The start of a task waits for containers of its own (dependsOn). */
  | { type: 'task-waiting'; taskId: string; host: string; for: Awaited[] }
  /** A task that is waited for, as it is when it is first looked at. */
  | { type: 'task-watched'; taskId: string; host: string; lastStatus: string }
  /** What a host would get under --dry-run, or why it would get nothing. */
  | { type: 'plan'; host: string; tasks: number; refusal?: { reason: string; detail: string } }
  /** Containers that are being removed from a host. */
  | { type: 'removal'; host: string; current: number; total: number }
  | { type: 'settled'; taskId: string; what: string }
  /** ECS's events of a service, as they come. `at`: epoch milliseconds. */
  | {
      type: 'service-event';
      cluster: string;
      service: string;
      id: string;
      at: number;
      message: string;
      /** Names of the instances that the message has by their ids. */
      hosts?: Record<string, string>;
    }
  /** How far a service that is being driven is; the PRIMARY deployment comes first. */
  | {
      type: 'service-progress';
      cluster: string;
      service: string;
      steady: boolean;
      /** Tasks that it is to have. */
      wanted: number;
      deployments: {
        id: string;
        /** `FAMILY:REVISION` */
        definition: string;
        status: string;
        rolloutState: string;
        failedTasks: number;
        pending: number;
        running: number;
        healthy: number;
        /** Of those that run: whose containers have a health check. */
        checked: number;
        /** When those that have none all count as healthy; absent where they do. Epoch milliseconds. */
        settledAt?: number;
        stopping: number;
      }[];
      /** Tasks that found no place. */
      unplaced: number;
    }
  /** Places were looked for, and how long that took. */
  | { type: 'placement'; cluster: string; milliseconds: number }
  /** Whose services are kept until aborted: told at first, when that changes, and when it begins again after a fault. */
  | { type: 'keeping'; clusters: readonly string[] }
  /** A fault of the state: no services are kept for so many milliseconds, and then that is tried again. */
  | { type: 'keeping-failed'; milliseconds: number }
  /** Of a server: a fault of the state refused a change, or the first after that was taken. */
  | { type: 'state-change'; fault?: string }
  /**
   * All services of a cluster were planned for, as they are at least once a minute while they are kept. `lag`: milliseconds
   * since the news that asked for it.
   */
  | { type: 'pass'; cluster: string; milliseconds: number; lag?: number }
  /** For --debug: a step and how long it took, or that it begins. Never holds a secret. */
  | { type: 'step'; what: string; host?: string; milliseconds?: number };

export type OnEvent = (event: EngineEvent) => void;
