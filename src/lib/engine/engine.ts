import type { OperationInput, OperationName, OperationOutput } from '../api/operations.js';

/**
 * The ECS API as an interface: typed input in, typed output out, EcsError thrown. Local (over a store and hosts) or
 * remote (an endpoint); front ends can't tell which.
 */
export interface Engine {
  /** Validates the input against the operation's schema, then does it. Throws EcsError, StoreError, HostError. */
  call<K extends OperationName>(operation: K, input: OperationInput<K>): Promise<OperationOutput<K>>;
  /** Log lines of tasks, merged by corrected time. Ends when all containers ended, or when aborted. */
  logs(request: LogsRequest): AsyncIterable<TaskLogLine>;
  close(): Promise<void>;
}

export interface LogsRequest {
  cluster?: string;
  /** Ids, prefixes or ARNs. */
  tasks: string[];
  container?: string;
  follow?: boolean;
  /** Epoch milliseconds. */
  since?: number;
  until?: number;
  /** Last lines of each container. */
  tail?: number;
  signal?: AbortSignal;
}

export interface TaskLogLine {
  taskId: string;
  container: string;
  host: string;
  stream: 'stdout' | 'stderr';
  /** Epoch milliseconds, corrected by the host's clock offset. */
  time: number;
  /** The engine's own stamp. */
  timestamp: string;
  text: string;
}
