import type { Duplex } from 'node:stream';
import { version } from '../../../package.json';
import { isThisMachine } from '../api/this-machine.js';
import type { SshAddress } from '../hosts/address.js';
import type { Engine } from '../engine/engine.js';
import type { OnEvent } from '../engine/events.js';
import type { ConnectionOptions } from './connection.js';
import { parseApiUrl, parseEndpoint } from './endpoint.js';
import { createRemoteEngine, readCertificates, type RemoteOptions } from './remote-engine.js';
import { createSessionEngine } from './session-engine.js';
import { openUpgrade } from './upgrade.js';

/** A way through SSH, opened when it is needed. */
export interface ServerWays {
  /** Throws HostError. */
  openServerSocket(address: SshAddress, name: string, path?: string): Promise<Duplex>;
  close(): Promise<void>;
}

export interface OpenRemoteOptions extends Omit<RemoteOptions, 'endpoint' | 'ca'> {
  /** `longshore`: a longshore server; `ecs`: any server of the API of ECS. */
  api: 'longshore' | 'ecs';
  url: string;
  /** A file with certificates in PEM. */
  caBundle?: string | undefined;
  onEvent: OnEvent;
  openHosts: () => Promise<ServerWays>;
  patience?: ConnectionOptions['patience'];
}

/** The engine behind an endpoint. Throws EndpointError where the endpoint is none. */
export function openRemoteEngine({ api, url, caBundle, ...options }: OpenRemoteOptions): Engine {
  const ca = caBundle === undefined ? undefined : readCertificates(caBundle);
  if (api === 'ecs') return createRemoteEngine({ ...options, endpoint: parseApiUrl(url).href, ca });
  const endpoint = parseEndpoint(url);
  const { connectTimeout: timeout } = options;
  const { onEvent, signal, patience } = options;
  const session = { version, onEvent, signal, patience };
  const upgrade = (way: { stream?: Duplex; socketPath?: string }, name: string, at: URL) =>
    openUpgrade({ ...options, ...way, ca, name, url: at, timeout });
  if (endpoint.scheme !== 'ssh') {
    const name = endpoint.scheme === 'unix' ? endpoint.path : endpoint.url.host;
    const at = endpoint.scheme === 'unix' ? new URL('http://localhost') : endpoint.url;
    const way = endpoint.scheme === 'unix' ? { socketPath: endpoint.path } : {};
    // Nobody is on the way to this machine itself.
    if (endpoint.scheme === 'http' && at.protocol === 'http:' && !isThisMachine(at.hostname))
      onEvent({
        type: 'warning',
        message: `${name} is asked in the clear: whoever is on the way reads all that is sent, secrets too. Use https:// or ssh://`,
      });
    return createSessionEngine({ ...session, name, open: () => upgrade(way, name, at) });
  }
  const { place, address, path } = endpoint;
  let ways: ServerWays | undefined;
  return createSessionEngine({
    ...session,
    name: place,
    async open() {
      ways ??= await options.openHosts();
      const stream = await ways.openServerSocket(address, place, path);
      return upgrade({ stream }, place, new URL('http://localhost'));
    },
    close: async () => ways?.close(),
  });
}
