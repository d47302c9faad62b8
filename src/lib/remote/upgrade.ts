import { randomUUID } from 'node:crypto';
import {
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { EcsError, type EcsErrorCode } from '../api/errors.js';
import { jsonMembers } from '../api/json-members.js';
import { isThisMachine } from '../api/this-machine.js';
import { type Credentials, signature } from '../api/signature.js';
import {
  CHALLENGE_HEADER,
  NONCE_HEADER,
  PROTOCOL,
  REGION_HEADER,
  SESSION_PATH,
  VERSION_HEADER,
} from '../protocol/messages.js';
import { SEAL_HEADER, type Seals, sealsFrom } from '../protocol/seal.js';
import { EndpointError } from './endpoint-error.js';
import { reachFailure } from './reach-failure.js';

export interface UpgradeOptions {
  /** What messages call the server. */
  name: string;
  /** http:// or https://; the host's name where the way there is another. */
  url: URL;
  /** A way to the server that is there already. */
  stream?: Duplex | undefined;
  /** Path of a Unix socket. */
  socketPath?: string | undefined;
  ca?: Buffer | undefined;
  verify: boolean;
  credentials?: Credentials | undefined;
  region: string;
  userAgent: string;
  /** Seconds until the server has answered. */
  timeout: number;
  /** Epoch milliseconds. */
  clock: () => number;
  signal: AbortSignal;
}

export interface Upgraded {
  socket: Duplex;
  /** What came with the answer. */
  head: Buffer;
  /** Of the server, as it says. */
  version?: string | undefined;
  /** Where it was opened with an access key. */
  seals?: Seals | undefined;
}

/**
 * Opens a session with a server. What is signed is signed for that very server, by what it says first: whoever saw it could
 * else open a session of its own with another server of the same state, or the next. Throws EndpointError, EcsError as the
 * server refuses, and the signal's reason.
 */
export async function openUpgrade(options: UpgradeOptions): Promise<Upgraded> {
  const { credentials, stream } = options;
  const challenge =
    credentials === undefined || stream !== undefined ? undefined : await askChallenge(options);
  const nonce = challenge === undefined ? randomUUID() : `${challenge}.${randomUUID()}`;
  const headers = openingHeaders(options, nonce);
  return answerTo<Upgraded>(options, begin(options, headers), {
    upgrade: (answer, socket, head) => {
      if (answer.headers.upgrade !== PROTOCOL) {
        socket.destroy();
        throw refusal(options.name, answer.statusCode ?? 0, '');
      }
      const { [VERSION_HEADER]: version } = answer.headers;
      try {
        const seals = sealsIn(options, headers, answer);
        return { socket, head, version: typeof version === 'string' ? version : undefined, seals };
      } catch (error) {
        socket.destroy();
        throw error;
      }
    },
    response: (answer, text) => {
      throw refusal(options.name, answer.statusCode ?? 0, text);
    },
  });
}

/**
 * Who answers a signed request has to have the secret of its key; nothing is said before. A server that needs no keys, which is
 * only on this machine or behind a login, has none. Throws EndpointError.
 */
function sealsIn(
  { name, url, credentials }: UpgradeOptions,
  { authorization }: OutgoingHttpHeaders,
  answer: IncomingMessage,
): Seals | undefined {
  const { [SEAL_HEADER]: given } = answer.headers;
  const proof = /Signature=([0-9a-f]{64})$/.exec(String(authorization))?.[1];
  if (credentials === undefined || proof === undefined) return undefined;
  // Sockets and what comes through SSH are asked as `localhost`.
  if (given === undefined && isThisMachine(url.hostname)) return undefined;
  const seals = sealsFrom(String(given), credentials.secretAccessKey, proof);
  if (seals !== undefined) return seals;
  throw new EndpointError(
    `${name} answers without knowing the secret of the access key: something else than the server that was meant may be there`,
    'Check the endpoint, and use the same version of longshore on both sides',
  );
}

/** undefined: whatever is there has none to give. */
async function askChallenge(options: UpgradeOptions): Promise<string | undefined> {
  return answerTo(options, begin(options, {}), {
    response: ({ headers: { [CHALLENGE_HEADER]: challenge } }) =>
      typeof challenge === 'string' && /^[0-9a-f]{1,64}$/.test(challenge) ? challenge : undefined,
  });
}

interface Takers<T> {
  upgrade?: (answer: IncomingMessage, socket: Duplex, head: Buffer) => T;
  response: (answer: IncomingMessage, text: string) => T;
}

function answerTo<T>(options: UpgradeOptions, sent: ClientRequest, takers: Takers<T>): Promise<T> {
  const { signal, name } = options;
  return new Promise((resolve, reject) => {
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    const fail = (error: unknown) => {
      over();
      sent.destroy();
      reject(signal.aborted ? (signal.reason as Error) : (error as Error));
    };
    const take = (make: () => T) => {
      try {
        const made = make();
        over();
        resolve(made);
      } catch (error) {
        fail(error);
      }
    };
    const abort = () => fail(signal.reason);
    const timer = setTimeout(
      () =>
        fail(
          new EndpointError(
            `${name} did not answer within ${options.timeout} s`,
            'Check the endpoint, or allow it more time with --connect-timeout',
          ),
        ),
      options.timeout * 1000,
    );
    signal.addEventListener('abort', abort, { once: true });
    const { upgrade } = takers;
    if (upgrade)
      sent.on('upgrade', (answer, socket: Duplex, head) => take(() => upgrade(answer, socket, head)));
    sent.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => {
        if (chunks.length < 100) chunks.push(chunk);
      });
      answer.on('end', () => take(() => takers.response(answer, Buffer.concat(chunks).toString())));
      answer.on('error', fail);
    });
    sent.on('error', (error) => fail(reachFailure(error, name)));
    sent.end();
  });
}

function openingHeaders(
  { url, credentials, region, clock }: UpgradeOptions,
  nonce: string,
): OutgoingHttpHeaders {
  const target = new URL(SESSION_PATH, url);
  const own = { [REGION_HEADER]: region, [NONCE_HEADER]: nonce };
  const signed =
    credentials &&
    signature({ method: 'GET', url: target, headers: own, body: '' }, credentials, region, clock());
  return { ...signed, connection: 'Upgrade', upgrade: PROTOCOL, ...own };
}

function begin(
  { url, stream, socketPath, ca, verify, userAgent }: UpgradeOptions,
  headers: OutgoingHttpHeaders,
): ClientRequest {
  const target = new URL(SESSION_PATH, url);
  const common: RequestOptions = {
    method: 'GET',
    path: SESSION_PATH,
    headers: { ...headers, host: url.host, 'user-agent': userAgent },
  };
  // Without an agent: one would make connections of its own.
  if (stream !== undefined) return httpRequest({ ...common, createConnection: () => stream });
  if (socketPath !== undefined) return httpRequest({ ...common, agent: false, socketPath });
  return url.protocol === 'https:'
    ? httpsRequest(target, { ...common, agent: false, rejectUnauthorized: verify, ...(ca && { ca }) })
    : httpRequest(target, { ...common, agent: false });
}

function refusal(name: string, status: number, text: string): Error {
  const body = jsonMembers(text);
  const code = body?.['__type'];
  const message = body?.['message'];
  if (typeof code !== 'string' || typeof message !== 'string')
    return new EndpointError(
      `${name} answers with HTTP status ${status}: it is no longshore server`,
      'For another server of the API of ECS use --endpoint-url',
    );
  if (status === 426) return new EndpointError(`${name}: ${message}`, 'longshore --version shows it');
  const remedy = remedies[code];
  return new EcsError(code as EcsErrorCode, message, remedy);
}

const remedies: Partial<Record<string, string>> = {
  MissingAuthenticationTokenException:
    'The server takes signed requests only: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key of its longshore create-access-key',
  UnrecognizedClientException:
    'The server has no such access key: longshore list-access-keys shows those it has, create-access-key makes one',
  InvalidSignatureException: 'Check AWS_SECRET_ACCESS_KEY, and the clocks of both machines',
};
