import type { IncomingMessage } from 'node:http';
import { isThisMachine } from '../api/this-machine.js';
import { type Claim, type createAuthenticator, regionOf } from './authenticate.js';
import type { Connections } from './connections.js';
import { WireError } from './wire.js';

export interface WayIn {
  /** Whoever gets in by it may do everything; else requests are signed. */
  trusted: boolean;
  /** Only names of this machine are taken for it: a page in a browser must not get in by a name of its own. */
  loopbackOnly: boolean;
  /** Nothing but /healthz and /metrics is there, and whoever asks stays a stranger. */
  metricsOnly?: boolean;
  connections: Connections;
}

/** Whoever is nobody here, for all that its headers say, is refused at once. Throws WireError. */
export async function whoCalls(
  authenticate: ReturnType<typeof createAuthenticator>,
  { trusted, loopbackOnly, metricsOnly, connections }: WayIn,
  { method = '', url = '/', headers, socket }: IncomingMessage,
): Promise<Claim> {
  if (loopbackOnly && !isOfThisMachine(headers.host))
    throw new WireError('AccessDeniedException', `This server is not called ${headers.host}.`, 403);
  // Only browsers send it, and those who may drive a cluster without a key are no pages.
  if (loopbackOnly && headers.origin !== undefined)
    throw new WireError('AccessDeniedException', 'Pages in browsers are not let in without a key.', 403);
  const { accessKeyId, verify }: Claim = trusted
    ? { verify: () => ({ scope: 'admin', region: regionOf(headers.authorization) }) }
    : await authenticate({ method, url, headers });
  return {
    accessKeyId,
    verify(body) {
      const principal = verify(body);
      if (!metricsOnly) connections.recognize(socket, principal.accessKeyId);
      return principal;
    },
  };
}

/** Or none, or the path of a socket, which clients send that have no name to send, and browsers can't. */
const isOfThisMachine = (host = ''): boolean =>
  host === '' || isThisMachine(host.replace(/:\d+$/, '')) || /^(%2f|\/)/i.test(host);
