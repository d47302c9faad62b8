import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
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
  const stream = new ProxySocket(line, (detail) => new Failure('proxy-command', { place, detail }));
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  return Promise.resolve(stream);
}

/** A program's standard input and output; its end is an error with the reason why it ended. */
class ProxySocket extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(line: string, failure: (detail: string) => Failure) {
    super();
    const child = spawn('/bin/sh', ['-c', `exec ${line}`], { stdio: 'pipe' });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-500)));
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    // What goes wrong with its streams is told by its end.
    for (const part of [child.stdin, child.stdout, child.stderr, this]) part.on('error', () => undefined);
    child.once('error', (error) => this.destroy(failure(error.message)));
    child.once('close', (code) =>
      this.destroy(failure(said.trim().split('\n').at(-1) || `exit code ${code}`)),
    );
    this.#child = child;
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }
}
