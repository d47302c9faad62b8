import { type ApiAnswer, refused } from './api.js';
import type { ServerParts } from './http.js';

/** What was asked for that is no operation of ECS's. */
export interface Asked {
  operation: 'Session' | 'Metrics';
  /** Of the request. */
  id: string;
  /** Address that it came from; undefined through a socket. */
  remote: string | undefined;
  /** As `parts.now()` had it. */
  begun: number;
}

/** Logs and counts what was not granted, or failed. Returns what to answer. */
export function noteRefusal(
  { metrics, log, now }: ServerParts,
  { operation, id, remote, begun }: Asked,
  error: unknown,
): Pick<ApiAnswer, 'status' | 'body'> {
  const { status, body, fault, code } = refused(error);
  metrics.request(operation, code, (now() - begun) / 1000);
  const facts = { request: id, operation, code, remote };
  if (fault !== undefined) log.error({ ...facts, err: fault }, 'fault');
  else log.info(facts, 'refused');
  return { status, body };
}
