import type { PlacementStrategy } from '../api/types.js';

/** What the service scheduler plans with: snapshots, never written to by it. Times are epoch milliseconds. */

/** A service: what is wanted, and how far its deployments are. */
export interface Service {
  name: string;
  /** DRAINING: it was deleted, its tasks are to stop. */
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  scheduling: 'REPLICA' | 'DAEMON';
  /** Of a REPLICA; a DAEMON has a task on each host that is `eligible`. */
  desiredCount: number;
  minimumHealthyPercent: number;
  maximumPercent: number;
  /** Milliseconds after RUNNING in which failed health checks don't count. */
  healthCheckGracePeriod: number;
  /** What decides who goes at scale-in. */
  strategy: readonly PlacementStrategy[];
  /** The first is PRIMARY. */
  deployments: readonly Deployment[];
  /** Starts that went wrong, since the last update or healthy task. */
  setbacks?: Setbacks;
  /** Why tasks of the PRIMARY deployment failed, as far as that was told a while ago. */
  failuresTold?: readonly { what: string; at: number }[];
  /** Set while so many hosts are away that nothing is replaced, and for a grace period after that. */
  freeze?: Freeze;
}

/** So many hosts had vanished that it was more likely us who were cut off. */
export interface Freeze {
  /** When enough hosts were seen to be back; undefined: they are not. */
  until?: number;
}

/** One rollout. */
export interface Deployment {
  /** `ecs-svc/` and 19 digits; `startedBy` of its tasks. */
  id: string;
  status: 'PRIMARY' | 'ACTIVE';
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
  /** As DescribeServiceDeployments has it. */
  outcome:
    | 'PENDING'
    | 'IN_PROGRESS'
    | 'SUCCESSFUL'
    | 'STOPPED'
    | 'ROLLBACK_IN_PROGRESS'
    | 'ROLLBACK_SUCCESSFUL'
    | 'ROLLBACK_FAILED';
  outcomeReason?: string;
  /** Id of the deployment whose place it took: the last that had completed. */
  source?: string;
  createdAt: number;
  updatedAt: number;
  finishedAt?: number;
  /** Tasks in a row that did not start, or did not become healthy. */
  failedTasks: number;
  /** Most healthy tasks that it has had at once: one more than before ends the row. */
  mostHealthy: number;
  breaker?: Breaker;
  /** Its breaker is why it failed. */
  tripped?: true;
  /** Where it went, when it failed: id of the deployment that is rolled back to. */
  rollback?: { to: string; startedAt: number; reason: string };
}

/** Stops a deployment that can't succeed (ECS: deployment circuit breaker). */
export interface Breaker {
  /** How many failed tasks trip it, by how many are wanted. */
  threshold: { type: 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT' | 'COUNT'; value: number };
  rollback: boolean;
  resetOnHealthyTask: boolean;
}

export interface Setbacks {
  /** Rounds of starts in a row of which one failed. */
  rounds: number;
  /** Nothing is started before. */
  until: number;
}

/** A task of the service that has not STOPPED yet. */
export interface ServiceTask {
  id: string;
  /** Id of its deployment. */
  deployment: string;
  /** Id of its instance. */
  instance: string;
  lastStatus: 'PENDING' | 'RUNNING' | 'STOPPING';
  createdAt: number;
  startedAt?: number | undefined;
  /** Of its essential containers that have a health check; undefined: none has one. */
  health?: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN' | undefined;
  /** Neither a deployment nor scaling in stops it before, but where it is unhealthy (ECS: task protection). */
  protectedUntil?: number | undefined;
  /** It is to move: somebody asked for that (rebalance). */
  evicted?: boolean;
  /** Its host was given up for a time, and it was replaced: of too many it goes first. */
  wasLost?: boolean;
  /** Containers of it that its engine has started again, as far as nobody was told. */
  restarts?: readonly Restarts[];
}

/** An engine starts what crashes again when nobody watches: ECS would have counted a failed task each time. */
export interface Restarts {
  container: string;
  /** Since its service was told of it last. */
  times: number;
  /** Since its engine was started. */
  inAll: number;
  /** How it had ended before the last of them, where that is known. */
  exitCode?: number | undefined;
}

/** One that has STOPPED and was not looked at yet. */
export interface EndedTask {
  id: string;
  deployment: string;
  /** Id of its instance. */
  instance: string;
  createdAt: number;
  startedAt?: number | undefined;
  stoppedAt: number;
  /**
   * `itself`: it exited, or could not be started as it is. `start`: its start failed for a reason that isn't its own, such as
   * its host's: a failure where the host was there all the while. `asked`: we or a user stopped it.
   */
  cause: 'itself' | 'start' | 'asked';
  /** With how its containers ended. */
  reason: string;
}

/** An instance that tasks of the service are on, or may come to. */
export interface ServiceHost {
  id: string;
  name: string;
  zone: string | undefined;
  draining: boolean;
  /** Since when it has not answered. */
  awaySince?: number | undefined;
  /** Somebody said that it won't be back soon; only of one that is away. */
  givenUp?: boolean;
  /** Since when it answers; undefined where it doesn't. */
  thereSince?: number | undefined;
  /** What is left of it: CPU units, MiB. */
  remaining: { cpu: number; memory: number };
  attributes: ReadonlyMap<string, string>;
}

export interface Seen {
  tasks: readonly ServiceTask[];
  ended: readonly EndedTask[];
  hosts: ReadonlyMap<string, ServiceHost>;
  /** Of a DAEMON: ids of the instances that are to have a task. */
  eligible?: readonly string[];
  /** So many hosts vanished that it is more likely us who are cut off: those away are waited for. */
  frozen: boolean;
  /** Not all that is to be started has a place: room has to be made first. */
  cramped?: boolean;
}

export interface PlanSettings {
  /** Milliseconds after RUNNING at which a task without health check counts as healthy (ECS: 40 s). */
  healthyAfter: number;
  /** Milliseconds that a host may be away before its tasks are replaced. */
  hostGrace: number;
}

/** What is to be done, and what the service is when it is under way. */
export interface Plan {
  service: Service;
  /** To start, for the deployment whose tasks are started (startedDeployment); `on`: one each on these instances (DAEMON). */
  start: { count: number; on?: readonly string[] };
  stop: { task: string; reason: string }[];
  /** Tasks on hosts that are given up, which nobody marked so yet. */
  lost: string[];
  /** Tasks that are marked so, on hosts that answer again, and are not too many after all: they are as any other. */
  found: string[];
  /** Of a deleted service, on hosts that were given up by hand: they count as stopped from now on. */
  gone: string[];
  /** Texts as ECS has them, oldest first. */
  events: string[];
  /** All that is wanted is there and healthy, and nothing else. */
  steady: boolean;
  /** When to plan again though nothing happens; undefined: no need. */
  wakeAt: number | undefined;
}
