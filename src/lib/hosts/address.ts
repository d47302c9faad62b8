import { EcsError } from '../api/errors.js';

/** How a host is reached: through SSH, or the engine of this very machine. */
export type HostAddress = SshAddress | UnixAddress;

export interface SshAddress {
  scheme: 'ssh';
  /** A name of ~/.ssh/config, a DNS name or an IP address. */
  host: string;
  user?: string;
  port?: number;
  /** Path of a private key, tried before those of the SSH configuration. `~` is the user's home. */
  identityFile?: string;
  /** `[user@]host[:port][,…]` as OpenSSH's ProxyJump. */
  proxyJump?: string;
}

export interface UnixAddress {
  scheme: 'unix';
  path: string;
}

/** One station of a way through SSH. */
export type SshPlace = Pick<SshAddress, 'host' | 'user' | 'port'>;

/**
 * Reads `web3`, `deploy@10.0.0.11`, `user@host:2222`, `[::1]:22`, `ssh://user@host:port` or `unix:///path`.
 * Throws EcsError (InvalidParameterException) that says what is wrong with it.
 */
export function parseAddress(text: string): HostAddress {
  const trimmed = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === 'unix') return parseUnix(text, trimmed.slice('unix://'.length));
  if (scheme === undefined || scheme === 'ssh') return { scheme: 'ssh', ...parsePlace(trimmed, text) };
  throw invalid(
    text,
    `${scheme}:// is not a way to reach a host`,
    'Use ssh://user@host or unix:///var/run/docker.sock.',
  );
}

/** The shortest text that `parseAddress` reads as this address; key and jump hosts are not part of it. */
export function formatAddress(address: HostAddress): string {
  if (address.scheme === 'unix') return `unix://${address.path}`;
  return formatPlace(address);
}

export function formatPlace(place: SshPlace): string {
  const host = place.host.includes(':') && place.port !== undefined ? `[${place.host}]` : place.host;
  return `${place.user === undefined ? '' : `${place.user}@`}${host}${place.port === undefined ? '' : `:${place.port}`}`;
}

/**
 * Reads OpenSSH's ProxyJump: `[user@]host[:port]` or `ssh://…`, several separated by commas; `none` is none.
 * Throws EcsError (InvalidParameterException).
 */
export function parseJumps(text: string): SshPlace[] {
  if (text.trim() === '' || text.trim().toLowerCase() === 'none') return [];
  try {
    return text.split(',').map((jump) => parsePlace(jump.trim(), text));
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    const remedy = 'Jump hosts are written [user@]host[:port], several separated by commas.';
    throw new EcsError(error.code, error.message.replace('host address', 'jump hosts'), remedy);
  }
}

/** The text of what is wrong with a host name, or undefined. It must never be taken for an option of ssh. */
function faultOfHost(host: string): string | undefined {
  if (host === '') return 'the host is missing';
  if (host.startsWith('-')) return 'a host cannot begin with "-"';
  if (host.length > 253) return `a host has at most 253 characters, this one has ${host.length}`;
  if (!/^[\p{L}\p{N}._:%-]+$/u.test(host))
    return `the host ${quote(host)} has characters that no host name has`;
  return undefined;
}

/** The text of what is wrong with a user's name, or undefined. */
function faultOfUser(user: string): string | undefined {
  if (user === '') return 'the user is missing before "@"';
  if (user.startsWith('-')) return 'a user cannot begin with "-"';
  if (user.length > 256) return 'a user has at most 256 characters';
  // The characters that ssh refuses too, because a ProxyCommand may hand them to a shell.
  if (/[\s\p{C}'"`$\\;&<>|(){}:,/]/u.test(user))
    return `the user ${quote(user)} has characters that no user name has`;
  return undefined;
}

function parsePlace(place: string, whole: string): SshPlace {
  const rest = place.replace(/^ssh:\/\//i, '').replace(/^([^/]*)\/$/, '$1');
  const at = rest.lastIndexOf('@');
  const user = at < 0 ? undefined : rest.slice(0, at);
  const { host, port } = splitPort(rest.slice(at + 1));
  const fault = (user === undefined ? undefined : faultOfUser(user)) ?? faultOfHost(host);
  if (fault !== undefined) throw invalid(whole, fault);
  if (port === undefined) return user === undefined ? { host } : { host, user };
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw invalid(whole, `the port ${quote(port)} is not a number from 1 to 65535`);
  }
  return { host, ...(user === undefined ? {} : { user }), port: Number(port) };
}

function splitPort(text: string): { host: string; port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) return { host: bracketed[1] ?? '', port: bracketed[2] };
  const colons = text.split(':').length - 1;
  // More than one colon without brackets: an IPv6 address.
  if (colons !== 1) return { host: text };
  const colon = text.indexOf(':');
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

function parseUnix(text: string, path: string): UnixAddress {
  if (!path.startsWith('/'))
    throw invalid(text, 'the path of the socket is not absolute', 'Write unix:///path/to/docker.sock.');
  if (/\p{C}/u.test(path)) throw invalid(text, 'the path of the socket has control characters');
  return { scheme: 'unix', path };
}

function invalid(text: string, fault: string, remedy?: string): EcsError {
  const forms = 'Write user@host, host:port, ssh://user@host:port or unix:///var/run/docker.sock.';
  return new EcsError(
    'InvalidParameterException',
    `Invalid host address ${quote(text)}: ${fault}`,
    remedy ?? forms,
  );
}

/** Long and strange input is shown shortened and escaped. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
