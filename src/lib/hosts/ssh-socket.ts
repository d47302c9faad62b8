import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Failure } from './failures.js';
import { placeOf } from './host-keys.js';
import type { SshSettings } from './ssh-settings.js';

/** The bytes under an SSH connection, from this machine: TCP, or what the user's ProxyCommand gives. */
export function openSocket(settings: SshSettings, signal: AbortSignal): Promise<Duplex> {
  return settings.proxyCommand === undefined
    ? openTcp(settings, signal)
    : openProxy(settings, settings.proxyCommand, signal);
}

function openTcp(settings: SshSettings, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: settings.hostName, port: settings.port, signal, noDelay: true });
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
    const fail = (error: NodeJS.ErrnoException) =>
      reject(signal.aborted ? signal.reason : tcpFailure(settings, error));
    socket.once('error', fail);
    // One error may follow another; nobody else listens yet.
    socket.on('error', () => undefined);
  });
}

/** A failed connect in our words, by the system's error code. */
export function tcpFailure(settings: SshSettings, error: NodeJS.ErrnoException): Failure {
  const options = { cause: error };
  const place = settings.port === 22 ? settings.hostName : `${settings.hostName}:${settings.port}`;
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return new Failure('dns', { place: settings.hostName }, options);
    case 'ECONNREFUSED':
      return new Failure('refused', { place }, options);
    case 'ETIMEDOUT':
      return new Failure('no-route', { place, detail: 'timed out' }, options);
    case 'ECONNRESET':
    case 'EPIPE':
      return new Failure('closed-early', { place }, options);
    default:
      return new Failure('no-route', { place, detail: reasonOf(error) }, options);
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    EHOSTUNREACH: 'no route to host',
    ENETUNREACH: 'network is unreachable',
    EHOSTDOWN: 'host is down',
    EACCES: 'permission denied',
    EPERM: 'forbidden by the firewall of this machine',
  };
  return reasons[error.code ?? ''] ?? error.code ?? error.message;
}

/**
 * The user's own ProxyCommand, run by the user's shell as OpenSSH does. What is put in for %h, %n and %r may come from
 * elsewhere, so anything that a shell could take for more than a word is refused.
 */
function openProxy(settings: SshSettings, command: string, signal: AbortSignal): Promise<Duplex> {
  const values: Record<string, string> = {
    '%': '%',
    h: settings.hostName,
    n: settings.alias,
    p: String(settings.port),
    r: settings.user,
  };
  const place = placeOf(settings);
  for (const value of Object.values(values)) {
    if (!/^[\p{L}\p{N}@%._:+-]+$/u.test(value) || value.startsWith('-')) {
      const detail = `${JSON.stringify(value)} can't be given to a shell`;
      return Promise.reject(new Failure('proxy-command', { place, detail }));
    }
  }
  const line = command.replace(/%([%hnpr])/g, (_, token: string) => values[token] ?? '');
  const child = spawn('/bin/sh', ['-c', `exec ${line}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-500)));
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin }) as Duplex;
  // A child that has gone is told through its streams.
  for (const part of [child, child.stdin, child.stdout, child.stderr, stream])
    part.on('error', () => undefined);
  child.once('exit', (code) => {
    const detail = said.trim().split('\n').at(-1) || `exit code ${code}`;
    stream.destroy(new Failure('proxy-command', { place, detail }));
  });
  stream.once('close', () => child.kill());
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  return Promise.resolve(stream);
}
