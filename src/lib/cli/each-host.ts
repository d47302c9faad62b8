import pLimit from 'p-limit';
import { EcsError } from '../api/errors.js';
import { HostError } from '../hosts/host-error.js';
import { renderError } from './render-error.js';
import type { Session } from './session.js';

/** Hosts at once: enough to be quick, and gentle to a jump host that all of them go through. */
const AT_ONCE = 16;

/** What became of a list of hosts. */
export interface HostOutcomes<Result> {
  done: Result[];
  /** How many could not be done; each was told on stderr. */
  failed: number;
}

/**
 * Does something with each host. One that fails is told with its remedy, and the others go on; a fault of another
 * kind (the state, a bug) ends it all and is thrown.
 */
export async function eachHost<Host extends { host: string; name?: string }, Result>(
  hosts: readonly Host[],
  session: Session,
  act: (host: Host) => Promise<Result>,
): Promise<HostOutcomes<Result>> {
  const limit = pLimit(AT_ONCE);
  const outcomes = await Promise.all(
    hosts.map((host) =>
      limit(async () => {
        try {
          return { result: await act(host) };
        } catch (error) {
          if (session.interrupts.signal.aborted || !isHostsFault(error)) throw error;
          tellFailed(host.name ?? host.host, error, session);
          return undefined;
        }
      }),
    ),
  );
  const done = outcomes.filter((outcome) => outcome !== undefined).map(({ result }) => result);
  return { done, failed: outcomes.length - done.length };
}

/** It is the host that is at fault, or what was said of it; others may do. */
export const isHostsFault = (error: unknown): error is HostError | EcsError =>
  error instanceof HostError || error instanceof EcsError;

function tellFailed(host: string, error: HostError | EcsError, session: Session): void {
  if (error instanceof HostError) {
    session.progress.onEvent({ type: 'host-failed', host: error.host, error });
    return;
  }
  const { message, remedy } = renderError(error, { toPeople: true });
  session.progress.onEvent({
    type: 'warning',
    message: [`${host}: ${message.replace(/\.$/, '')}`, remedy].filter(Boolean).join('; '),
  });
}
