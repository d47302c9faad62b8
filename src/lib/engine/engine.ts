import type { Writable } from 'node:stream';
import type { OperationInput, OperationName, OperationOutput } from '../api/operations.js';
import type { ExecOutput, TerminalSize } from '../hosts/container-types.js';

/**
 * The ECS API as an interface: typed input in, typed output out, EcsError thrown. Local (over a store and hosts) or
 * remote (an endpoint); front ends can't tell which.
 */
export interface Engine {
  /**
   * Validates the input against the operation's schema, then does it. Throws EcsError, StoreError, HostError. Aborted,
   * it throws the signal's reason, but for what has an answer all the same: RunTask undoes what does not run yet and
   * answers with all of its tasks, WaitTasks answers with the tasks as they are.
   */
  call<K extends OperationName>(
    operation: K,
    input: OperationInput<K>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<OperationOutput<K>>;
  /**
   * Log lines of tasks, those that there are merged by corrected time. Followed, it ends when all containers of tasks
   * that were named have ended; else when aborted.
   */
  logs(request: LogsRequest): AsyncIterable<TaskLogLine>;
  /**
   * Runs a command in a container of a running task, and stays attached to it. Throws EcsError: ClusterNotFoundException,
   * InvalidParameterException, TargetNotConnectedException.
   */
  execute(request: ExecuteRequest): Promise<Execution>;
  close(): Promise<void>;
}

/** ECS's ExecuteCommand; `interactive` keeps the command's standard input open. */
export interface ExecuteRequest extends OperationInput<'ExecuteCommand'> {
  /** Give it a terminal of this size. */
  terminal?: TerminalSize | undefined;
}

export interface Execution {
  /** What ECS answers, without the session of AWS that would carry the streams. */
  answer: OperationOutput<'ExecuteCommand'>;
  host: string;
  /** The command's standard input, where it is interactive. Ending it closes it there. */
  readonly stdin: Writable | undefined;
  /** What it writes, on a terminal all of it to stdout; to be read once. Throws HostError where the connection is lost. */
  readonly output: AsyncIterable<ExecOutput>;
  resize(size: TerminalSize): Promise<void>;
  /** How it ended; call it after the output's end. Throws HostError. */
  ended(): Promise<ExecutionEnd>;
  /** Lets go of it; the command may run on. */
  close(): void;
}

export interface ExecutionEnd {
  /** As a shell counts: 128 and more where a signal ended it, 126 or 127 where it could not be started. */
  exitCode: number;
  /** Why it could not be started, in the engine's words. */
  notStarted?: string;
}

/** Logs of tasks, of a family's or a service's tasks, or of a whole cluster's. */
export interface LogsRequest {
  cluster?: string | undefined;
  /** Ids, prefixes or ARNs. */
  tasks?: string[] | undefined;
  family?: string | undefined;
  /** Name or ARN. */
  service?: string | undefined;
  /** Only containers whose definition sends their log to this group of CloudWatch Logs (`awslogs-group`). */
  logGroup?: string | undefined;
  /** Of those, the ones whose stream's name (`prefix/container/task`) begins so. */
  logStreamPrefix?: string | undefined;
  /** Only containers of this name. */
  container?: string | undefined;
  follow?: boolean | undefined;
  /** Epoch milliseconds. Where no tasks are named, those that have ended since then belong to it. */
  since?: number | undefined;
  until?: number | undefined;
  /** Last lines of each container; of those that match where there is a pattern. */
  tail?: number | undefined;
  /** CloudWatch Logs' pattern of terms. */
  filterPattern?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface TaskLogLine {
  taskId: string;
  family: string;
  container: string;
  /** How many containers of the task are read. */
  containers: number;
  host: string;
  stream: 'stdout' | 'stderr';
  /** Epoch milliseconds, corrected by the host's clock offset. */
  time: number;
  /** The engine's own stamp; empty where the line has none. */
  timestamp: string;
  text: string;
}
