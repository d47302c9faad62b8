import type { Duplex } from 'node:stream';
import type { Client, ClientErrorExtensions, ServerHostKeyAlgorithm } from 'ssh2';
import { Failure } from './failures.js';
import { placeOf } from './host-keys.js';
import type { Identities } from './identities.js';
import { fingerprintOf } from './known-hosts.js';
import { Authentication } from './ssh-auth.js';
import { tcpFailure } from './ssh-socket.js';
import type { SshSettings } from './ssh-settings.js';
import type { Ssh2 } from './ssh2.js';

export interface HopOptions {
  /** Kinds of keys that are known for the host. */
  knownKeyTypes: string[];
  /** Returns where the host's key is to be trusted, and throws Failure where not. */
  checkHostKey: (key: Buffer) => Promise<void>;
  /** Keys for this host; called once the server is known to be the right one and takes keys. */
  identities: () => Promise<Identities>;
  /** Seconds between keepalives; to give up where they stay unanswered is the caller's. */
  keepaliveInterval: number;
  /** The other side is the right one; the user's keys come next. */
  onHandshake?: () => void;
}

export interface OpenHop {
  client: Client;
  /** `SHA256:…` of the host's key. */
  fingerprint: string;
  /** The file of the key that was accepted, or `agent`; undefined where none was asked for. */
  key: string | undefined;
}

/**
 * An SSH connection over the given bytes: the host's key checked, the user authenticated. Gives up when `signal` says
 * so, with its reason. Throws Failure. The client that comes out has an error handler and never crashes the process.
 */
export function openHop(
  ssh2: Ssh2,
  settings: SshSettings,
  socket: Duplex,
  options: HopOptions,
  signal: AbortSignal,
): Promise<OpenHop> {
  const authentication = new Authentication(settings, options.identities);
  const client = new ssh2.Client();
  let fingerprint = '';
  let reason: unknown;
  let shookHands = false;

  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      reject(error);
    };
    const giveUp = () => fail(signal.reason);
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp);

    client.on('error', (error: Error & ClientErrorExtensions) => {
      // An agent that fails for one key; ssh2 goes on with the next.
      if (error.level === 'agent') return;
      reason ??= explain(error, settings, authentication, shookHands);
      fail(reason);
    });
    client.once('handshake', () => {
      shookHands = true;
      options.onHandshake?.();
    });
    client.once('ready', () => {
      signal.removeEventListener('abort', giveUp);
      resolve({ client, fingerprint, key: authentication.signedWith });
    });
    client.once('close', () => fail(reason ?? closedFailure(settings, shookHands)));

    client.connect({
      sock: socket,
      username: settings.user,
      authHandler: authentication.handler,
      algorithms: { serverHostKey: hostKeyAlgorithms(options.knownKeyTypes) },
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
        fingerprint = fingerprintOf(key);
        options.checkHostKey(key).then(
          () => verify(true),
          (error: unknown) => {
            reason = error;
            verify(false);
          },
        );
      },
      keepaliveInterval: options.keepaliveInterval * 1000,
      keepaliveCountMax: Infinity,
      // The caller's limit holds, which stands still while a person is asked.
      readyTimeout: 0,
    });
  });
}

/**
 * ssh2's kinds of host keys, those that are known for the host in front (as OpenSSH does). Signatures with SHA-1 are
 * taken only from a host of which nothing but an RSA key is known: it may be too old for others.
 */
export function hostKeyAlgorithms(known: string[]): ServerHostKeyAlgorithm[] {
  const all: ServerHostKeyAlgorithm[] = [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
    ...(known.length === 1 && known[0] === 'ssh-rsa' ? (['ssh-rsa'] as const) : []),
  ];
  const isKnown = (algorithm: string) => known.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return [...all.filter(isKnown), ...all.filter((algorithm) => !isKnown(algorithm))];
}

function explain(
  error: Error & ClientErrorExtensions,
  settings: SshSettings,
  authentication: Authentication,
  shookHands: boolean,
): Failure {
  if (error instanceof Failure) return error;
  const place = placeOf(settings);
  const options = { cause: error };
  if (error.level === 'client-authentication' || authentication.isCutOff(error))
    return authentication.failure(error);
  const code = (error as NodeJS.ErrnoException).code;
  if (error.level === 'client-socket' && typeof code === 'string') {
    return shookHands
      ? new Failure('handshake', { place, detail: code }, options)
      : tcpFailure(settings, error);
  }
  if (/before handshake/.test(error.message)) return new Failure('closed-early', { place }, options);
  return new Failure('handshake', { place, detail: error.message }, options);
}

function closedFailure(settings: SshSettings, shookHands: boolean): Failure {
  const place = placeOf(settings);
  if (!shookHands) return new Failure('closed-early', { place });
  return new Failure('handshake', { place, detail: 'the server closed the connection' });
}
