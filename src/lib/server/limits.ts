/** What a caller may cost. */
export interface ServerLimits {
  /** Bytes of a request's body. */
  body: number;
  /** Requests that are worked on at once; more are told to come again (AWS: ThrottlingException). */
  requests: number;
  /** Sessions (see sessions.ts) at once. */
  sessions: number;
  /** To one address; see Connections. */
  connections: number;
  /** Seconds in which a request has to be sent. */
  requestTime: number;
}

export const defaultLimits: ServerLimits = {
  // ECS's largest input is a task definition, of 64 KiB.
  body: 1024 * 1024,
  requests: 512,
  sessions: 64,
  connections: 1024,
  requestTime: 30,
};
