import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { ServedEngine } from '../engine/serving/served-engine.js';
import { onlyReads } from '../api/access.js';
import { NONCE_HEADER, REGION_HEADER, SESSION_PATH } from '../protocol/messages.js';
import { answerApi, refused, type ApiAnswer } from './api.js';
import { type createAuthenticator, regionOf, type Principal, type Verify } from './authenticate.js';
import type { Bodies } from './body.js';
import type { ServerLimits } from './limits.js';
import type { EventLog } from './log.js';
import type { Metrics } from './metrics.js';
import type { Nonces } from './nonces.js';
import type { Sessions } from './sessions.js';
import { CONTENT_TYPE, WireError } from './wire.js';

/** What all ways in have in common. */
export interface ServerParts {
  engine: ServedEngine;
  authenticate: ReturnType<typeof createAuthenticator>;
  sessions: Sessions;
  metrics: Metrics;
  log: Logger;
  events: EventLog;
  limits: ServerLimits;
  /** Milliseconds, only rising. */
  now: () => number;
  /** What is worked on. */
  load: { requests: number };
  nonces: Nonces;
  version: string;
  /** Set when the server ends: it takes nothing new. */
  isEnding: () => boolean;
}

export interface Door {
  /** Whoever gets in by it may do everything; else requests are signed. */
  trusted: boolean;
  /** Nothing but /healthz and /metrics is there. */
  metricsOnly?: boolean;
  /** Only names of this machine are taken for it: a page in a browser must not get in by a name of its own. */
  loopbackOnly: boolean;
  /** What is worked on, and being sent, by whoever came in here: strangers must not take the place of those inside. */
  load: { requests: number };
  bodies: Bodies;
}

/** Ms in which whoever was refused has to read why. */
const PARTING = 2000;

/** The HTTP server of one way in: ECS's API on POST /, sessions, /healthz and /metrics. */
export function createHttpServer(parts: ServerParts, door: Door): Server {
  const { limits, log } = parts;
  const server = createServer({
    requestTimeout: limits.requestTime * 1000,
    headersTimeout: Math.min(10, limits.requestTime) * 1000,
    keepAliveTimeout: 75_000,
    maxHeaderSize: 16 * 1024,
    connectionsCheckingInterval: Math.min(5, limits.requestTime) * 1000,
  });
  server.maxConnections = limits.connections;
  server.on('request', (request, response) => {
    handle(parts, door, request, response).catch((error: unknown) => {
      log.error({ err: error }, 'a request could not be answered');
      response.destroy();
    });
  });
  server.on('upgrade', (request, socket, head) => {
    upgrade(parts, door, request, socket, head).catch((error: unknown) => {
      log.error({ err: error }, 'a session could not be opened');
      socket.destroy();
    });
  });
  // Garbage, and what takes too long, is answered by Node.js's own words without any of ours.
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    log.debug({ code: error.code }, 'a request that is none');
    if (!socket.writable) return void socket.destroy();
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
    part(socket, `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  return server;
}

/** Says the last word; whoever doesn't hang up then is hung up on. */
function part(socket: Duplex, text: string): void {
  socket.resume();
  socket.end(text);
  const timer = setTimeout(() => socket.destroy(), PARTING);
  socket.once('close', () => clearTimeout(timer));
}

async function handle(
  parts: ServerParts,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url = '/' } = request;
  const path = url.split('?', 1)[0];
  if (method === 'POST' && path === '/' && !door.metricsOnly)
    return handleApi(parts, door, request, response);
  request.resume();
  if (method === 'GET' && path === '/healthz') return sendHealth(parts, request, response);
  if (method === 'GET' && path === '/metrics') return sendMetrics(parts, door, request, response);
  send(
    parts,
    request,
    response,
    404,
    'text/plain',
    'longshore serve answers the API of Amazon ECS on POST /\n',
  );
}

async function handleApi(
  parts: ServerParts,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { now, limits, metrics, log } = parts;
  const begun = now();
  const id = randomUUID();
  // Most requests have nothing to tell.
  let ownLog: Logger | undefined;
  const logOf = () => (ownLog ??= log.child({ request: id }));
  let principal: Principal | undefined;
  let answer: ApiAnswer;
  try {
    if (parts.isEnding())
      throw new WireError('ServiceUnavailableException', 'The server is about to end.', 503);
    const verify = await whoCalls(parts, door, request);
    const body = await door.bodies.read(request, limits.body);
    const caller = verify(body);
    principal = caller;
    answer = await worked(parts, door, () =>
      answerApi(
        {
          target: headerOf(request, 'x-amz-target'),
          body,
          region: regionOf(request.headers.authorization),
          principal: caller,
          onEvent: (event) => {
            metrics.event(event);
            parts.events.write(logOf(), event);
          },
          gone: () => goneOf(response),
        },
        (caller) => parts.engine.as(caller),
      ),
    );
  } catch (error) {
    request.resume();
    answer = { ...refused(error), operation: undefined };
  }
  const { status, code, operation, fault, at, ignored = [] } = answer;
  send(parts, request, response, status, CONTENT_TYPE, answer.body, {
    'x-amzn-requestid': id,
    // What was not read to its end can't be followed by another request.
    ...(!request.complete && { connection: 'close' }),
  });
  const seconds = (now() - begun) / 1000;
  metrics.request(operation ?? 'unknown', code, seconds);
  const facts = {
    operation,
    code,
    milliseconds: Math.round(seconds * 1e6) / 1000,
    key: principal?.accessKeyId,
    at,
    ...(ignored.length > 0 && { ignored }),
  };
  if (fault !== undefined) logOf().error({ ...facts, err: fault }, 'fault');
  else if (code !== 'OK' || (operation !== undefined && !onlyReads(operation))) logOf().info(facts);
  else if (log.isLevelEnabled('debug')) logOf().debug(facts);
}

/** Throws WireError where too much is worked on. */
async function worked<T>({ load, limits }: ServerParts, door: Door, work: () => Promise<T>): Promise<T> {
  if (door.load.requests >= limits.requests) throw new WireError('ThrottlingException', 'Rate exceeded');
  load.requests++;
  door.load.requests++;
  try {
    return await work();
  } finally {
    load.requests--;
    door.load.requests--;
  }
}

/** Aborted when nobody waits for the answer any more. */
function goneOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) gone.abort(new Error('interrupted'));
  });
  return gone.signal;
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** Whoever is nobody here, for all that its headers say, is refused at once. Throws WireError. */
async function whoCalls(
  { authenticate }: ServerParts,
  door: Door,
  { method = '', url = '/', headers }: IncomingMessage,
): Promise<Verify> {
  if (door.loopbackOnly && !isLoopback(headers.host))
    throw new WireError(
      'AccessDeniedException',
      `This server is not called ${headers.host ?? 'nothing'}.`,
      403,
    );
  // Only browsers send it, and those who may drive a cluster without a key are no pages.
  if (door.loopbackOnly && headers.origin !== undefined)
    throw new WireError('AccessDeniedException', 'Pages in browsers are not let in without a key.', 403);
  if (door.trusted) return () => ({ scope: 'admin' });
  return authenticate({ method, url, headers });
}

/** `localhost:8080`, `127.0.0.1`, `[::1]:8080` */
const isLoopback = (host = ''): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);

async function upgrade(
  parts: ServerParts,
  door: Door,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => undefined);
  if (door.metricsOnly) return void socket.destroy();
  try {
    if (parts.isEnding())
      throw new WireError('ServiceUnavailableException', 'The server is about to end.', 503);
    // A signature is for a path: one of an operation opens no session, where its key may do much more.
    if (request.method !== 'GET' || request.url !== SESSION_PATH)
      throw new WireError('UnsupportedProtocol', `Sessions are opened with GET ${SESSION_PATH}.`, 426);
    const verify = await whoCalls(parts, door, request);
    const principal = verify(Buffer.alloc(0));
    if (principal.accessKeyId !== undefined) checkUnused(parts, request);
    parts.sessions.open({
      principal,
      region: askedRegion(request),
      protocol: request.headers.upgrade ?? '',
      socket,
      head,
    });
  } catch (error) {
    const { status, body, fault } = refused(error);
    if (fault !== undefined) parts.log.error({ err: fault }, 'fault');
    part(
      socket,
      `HTTP/1.1 ${status} Refused\r\ncontent-type: ${CONTENT_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
}

/** What was signed can't be sent a second time, by whoever has seen it. Throws WireError. */
function checkUnused({ nonces }: ServerParts, request: IncomingMessage): void {
  const nonce = headerOf(request, NONCE_HEADER) ?? '';
  const { authorization = '' } = request.headers;
  const signed = /SignedHeaders=([^,\s]*)/.exec(authorization)?.[1]?.split(';') ?? [];
  if (nonce.length < 16 || nonce.length > 128 || !signed.includes(NONCE_HEADER))
    throw new WireError('IncompleteSignatureException', `'${NONCE_HEADER}' must be a 'SignedHeader'.`);
  if (!nonces.use(nonce))
    throw new WireError('InvalidSignatureException', 'This request was made before: sign a new one.');
}

/** What ARNs are printed with; anything that can't be a region is none. */
function askedRegion(request: IncomingMessage): string | undefined {
  const asked = headerOf(request, REGION_HEADER);
  if (asked !== undefined && /^[a-zA-Z0-9-]{1,64}$/.test(asked)) return asked;
  return regionOf(request.headers.authorization);
}

function sendHealth(parts: ServerParts, request: IncomingMessage, response: ServerResponse): void {
  const { isEnding, version } = parts;
  const status = isEnding() ? 'ending' : 'ok';
  const text = `${JSON.stringify({ status, version })}\n`;
  send(parts, request, response, isEnding() ? 503 : 200, 'application/json', text);
}

async function sendMetrics(
  parts: ServerParts,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const verify = await whoCalls(parts, door, request);
    verify(Buffer.alloc(0));
    send(parts, request, response, 200, parts.metrics.contentType, await parts.metrics.text());
  } catch (error) {
    const { status, body, fault } = refused(error);
    if (fault !== undefined) parts.log.error({ err: fault }, 'no metrics');
    send(parts, request, response, status, CONTENT_TYPE, body);
  }
}

function send(
  { limits }: ServerParts,
  { socket }: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  more: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...more });
  response.end(text);
  // Whoever asks and doesn't read can't have the answer kept for ever.
  if (socket.writableLength > 0) response.setTimeout(limits.requestTime * 1000, () => socket.destroy());
}
