import { HostError } from '../hosts/host-error.js';

/** The engine's own words: HostError's message without the host's name in front. */
export function engineWords(error: unknown): string {
  if (error instanceof HostError && error.message.startsWith(`${error.host}: `)) {
    return error.message.slice(error.host.length + 2);
  }
  return error instanceof Error ? error.message : String(error);
}

/** True where an engine refused; false where the host is out of reach or the fault is ours. */
export function isRefusal(error: unknown, status?: number): error is HostError {
  return error instanceof HostError && !error.isOutage && (status === undefined || error.status === status);
}
