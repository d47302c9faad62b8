import type { LogDefaults } from '../agent/log-config.js';
import type { HostError } from '../hosts/host-error.js';
import type { Hosts } from '../hosts/hosts.js';
import type { Store } from '../store/store.js';
import type { Machine } from './doctor/machine.js';
import type { Spool } from './push-image/spool.js';
import type { SecretSources } from './secrets/sources.js';
import type { StartTurns } from './start-turns.js';
import type { OnEvent } from './events.js';
import type { ProcessIdentity } from './records.js';
import type { Wish } from './wish.js';

/** Everything an operation may touch; nothing is global. */
export interface EngineContext {
  store: Store;
  hosts: Hosts;
  /** Epoch milliseconds. */
  clock: () => number;
  /** 0 ≤ x < 1 */
  random: () => number;
  /** 32 hex digits */
  newId: () => string;
  /** What ARNs are printed with. */
  identity: { region: string; account: string };
  settings: Settings;
  processes: ProcessTable;
  machine: Machine;
  /** Where the client has values that definitions refer to. */
  secrets: SecretSources;
  /** Room on this machine for about so many bytes. Throws SpoolFull. */
  openSpool: (expected: number) => Promise<Spool>;
  emit: OnEvent;
  /** Aborted when the user wants to end; what is under way is left for the next settling verb or undone. */
  signal: AbortSignal;
  /** Key of this process's OwnerRecord, registered at first use. */
  owner: () => Promise<string>;
  /** Ids of tasks that this process owns and works on no more: that could not be written down (letGo). */
  abandoned: Set<string>;
  /** When tasks may start on a host; all operations of the process share them. */
  startTurns: StartTurns;
  /** The clusters whose records the events of their hosts keep fresh in this process: of tasks a look at the hosts tells nothing new. */
  fresh: Set<string>;
  /** Hosts that who keeps their records fresh can't reach just now, by their instances' ids, and why. */
  absent: Map<string, HostError>;
  /**
   * Of a server: what whoever keeps its clusters tells, for who waits for what it does. Returns what ends that.
   */
  overhear?: ((listener: OnEvent) => () => void) | undefined;
  /** Of a server: for who finds no room by what is fresh, where others' use of the hosts is in the way. */
  shareLook?: ((wish: Wish) => Promise<void>) | undefined;
  /** Of a server's callers who don't wait for the end of what they ask for, as ECS's don't. */
  carryOn?: CarryOn | undefined;
}

/**
 * Does the rest of an operation that has answered: with it RunTask, StartTask and StopTask answer as soon as what is to be is
 * written down.
 */
export type CarryOn = (work: () => Promise<void>) => void;

export interface Settings {
  /** Stopped tasks kept in a cluster's history. */
  stoppedTasksKept: number;
  /** Milliseconds that a stopped task's containers stay on their host (ECS: 3 h). */
  cleanupWait: number;
  pullBehavior: 'default' | 'always' | 'once' | 'prefer-cached';
  /** Seconds */
  pullTimeout: number;
  /** Of images that were pulled for tasks. */
  imageCleanUp: ImageCleanUp;
  /** Seconds between SIGTERM and SIGKILL where the definition says nothing (ECS: 30). */
  stopTimeout: number;
  /** Rotation of logs whose definition says nothing of it. */
  logs: Omit<LogDefaults, 'mode'>;
  /** Whether containers get ECS's metadata file. */
  containerMetadata: boolean;
  /** Milliseconds after RUNNING at which a service's task without health check counts as healthy (ECS: 40 s). */
  healthyAfter: number;
  /** Milliseconds that a host may be away before the tasks of services on it are replaced. */
  hostGrace: number;
  /** Milliseconds that a verb whose own work is done waits for what it settles of others. */
  settleMoment: number;
  /** Milliseconds that it waits where it needs the room that this may free. */
  settlePatience: number;
}

export interface ImageCleanUp {
  /** None but what `prune --images` is asked to remove. */
  disabled: boolean;
  /** Milliseconds from one cycle on a host to the next (ECS: 30 min). */
  interval: number;
  /** Milliseconds that an image stays after its pull (ECS: 1 h). */
  minimumAge: number;
  /** Images of a host that go in one cycle (ECS: 5). */
  perCycle: number;
  /** Names of images that stay. */
  exclude: readonly string[];
}

export interface ProcessTable {
  /** This very process. */
  self(): ProcessIdentity;
  /** undefined where this machine can't tell (another machine's, another process namespace). */
  isAlive(process: Pick<ProcessIdentity, 'pid' | 'startedAt' | 'machine'>): boolean | undefined;
  /** Ms by a clock that the processes of this machine have in common, and that stands still while it sleeps. */
  now(): number;
}
