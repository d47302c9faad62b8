import { EcsError } from '../api/errors.js';
import { withoutPassword } from '../api/without-password.js';
import { parseAddress, type SshAddress } from '../hosts/address.js';
import { EndpointError } from './endpoint-error.js';

/** Where a longshore server is. */
export type Endpoint =
  | { scheme: 'http'; url: URL }
  | { scheme: 'unix'; path: string }
  /** `place`: `[user@]host[:port]`. Without `path` the server's socket is looked for. */
  | { scheme: 'ssh'; place: string; address: SshAddress; path: string | undefined };

/** `http://…`, `https://…`, `unix:///path` or `ssh://[user@]host[:port][/path]`. Throws EndpointError, which shows no password. */
export function parseEndpoint(text: string): Endpoint {
  const unix = /^unix:\/\/(\/.+)$/i.exec(text);
  if (unix?.[1] !== undefined) return { scheme: 'unix', path: unix[1] };
  const ssh = /^ssh:\/\/([^/]+)(\/.*)?$/i.exec(text);
  if (ssh?.[1] !== undefined) {
    const [, place, given] = ssh;
    const path = given === '/' ? undefined : given;
    return { scheme: 'ssh', place, address: parsePlace(place, text), path };
  }
  const url = parseApiUrl(text);
  // The server is asked at its root, and signatures are for the path that it sees.
  if (url.pathname !== '/')
    throw noEndpoint(
      text,
      'a longshore server has no path before it',
      'Give the server a name of its own, or a port: https://HOST[:PORT]',
    );
  return { scheme: 'http', url };
}

/** An http:// or https:// URL, with its path, where anything of ECS's API may answer. Throws EndpointError. */
export function parseApiUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw noEndpoint(text);
  if (url.username !== '' || url.password !== '')
    throw noEndpoint(
      text,
      'a URL is no place for credentials',
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead',
    );
  if (/[?#]/.test(text))
    throw noEndpoint(text, 'it has a query or a fragment', 'Leave out what begins with ? or #');
  return url;
}

function parsePlace(place: string, text: string): SshAddress {
  if (/:.*@/.test(place))
    throw noEndpoint(text, 'SSH takes a key, not a password', 'Give ssh://USER@HOST, with a key in ssh-add');
  try {
    return parseAddress(`ssh://${place}`) as SshAddress;
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    throw noEndpoint(text, error.message.replace(/^Invalid host address ".*?": /, ''));
  }
}

function noEndpoint(text: string, why?: string, remedy?: string): EndpointError {
  return new EndpointError(
    `${withoutPassword(text)} is no endpoint${why === undefined ? '' : `: ${why}`}`,
    remedy ?? 'Give http://HOST:PORT, https://HOST, unix:///PATH or ssh://[USER@]HOST[:PORT][/PATH]',
  );
}
