import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { ServedEngine } from '../engine/serving/served-engine.js';
import { onlyReads } from '../api/access.js';
import { REGION_HEADER } from '../protocol/messages.js';
import { answerApi, refused, type ApiAnswer } from './api.js';
import { type createAuthenticator, regionOf, type Principal } from './authenticate.js';
import { readBody } from './body.js';
import type { ServerLimits } from './limits.js';
import { logEvent } from './log.js';
import type { Metrics } from './metrics.js';
import type { Sessions } from './sessions.js';
import { CONTENT_TYPE, WireError } from './wire.js';

/** What all ways in have in common. */
export interface ServerParts {
  engine: ServedEngine;
  authenticate: ReturnType<typeof createAuthenticator>;
  sessions: Sessions;
  metrics: Metrics;
  log: Logger;
  limits: ServerLimits;
  /** Milliseconds, only rising. */
  now: () => number;
  /** What is worked on. */
  load: { requests: number };
  version: string;
  /** Set when the server ends: it takes nothing new. */
  isEnding: () => boolean;
}

export interface Door {
  /** Whoever gets in by it may do everything; else requests are signed. */
  trusted: boolean;
  /** Only names of this machine are taken for it: a page in a browser must not get in by a name of its own. */
  loopbackOnly: boolean;
}

/** The HTTP server of one way in: ECS's API on POST /, sessions, /healthz and /metrics. */
export function createHttpServer(parts: ServerParts, door: Door): Server {
  const { limits, log } = parts;
  const server = createServer({
    requestTimeout: limits.requestTime * 1000,
    headersTimeout: Math.min(10, limits.requestTime) * 1000,
    keepAliveTimeout: 75_000,
    maxHeaderSize: 16 * 1024,
    connectionsCheckingInterval: 5000,
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
    if (!socket.writable) return socket.destroy();
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  return server;
}

async function handle(
  parts: ServerParts,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url = '/' } = request;
  const path = url.split('?', 1)[0];
  if (method === 'POST' && path === '/') return handleApi(parts, door, request, response);
  request.resume();
  if (method === 'GET' && path === '/healthz') return sendHealth(parts, response);
  if (method === 'GET' && path === '/metrics') return sendMetrics(parts, door, request, response);
  send(response, 404, 'text/plain', 'longshore serve answers the API of Amazon ECS on POST /\n');
}

async function handleApi(
  parts: ServerParts,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { now, load, limits, metrics, log } = parts;
  const begun = now();
  const id = randomUUID();
  // Most requests have nothing to tell.
  let ownLog: Logger | undefined;
  const logOf = () => (ownLog ??= log.child({ request: id }));
  let principal: Principal | undefined;
  let answer: ApiAnswer;
  load.requests++;
  try {
    if (load.requests > limits.requests) throw new WireError('ThrottlingException', 'Rate exceeded');
    if (parts.isEnding())
      throw new WireError('ServiceUnavailableException', 'The server is about to end.', 503);
    const body = await readBody(request, limits.body);
    principal = await whoCalls(parts, door, request, body);
    answer = await answerApi(
      {
        target: headerOf(request, 'x-amz-target'),
        body,
        region: regionOf(request.headers.authorization),
        principal,
        onEvent: (event) => {
          metrics.event(event);
          logEvent(logOf(), event);
        },
      },
      (caller) => parts.engine.as(caller),
    );
  } catch (error) {
    request.resume();
    answer = { ...refused(error), operation: undefined };
  } finally {
    load.requests--;
  }
  const { status, code, operation, fault } = answer;
  response.writeHead(status, {
    'content-type': CONTENT_TYPE,
    'content-length': Buffer.byteLength(answer.body),
    'x-amzn-requestid': id,
    // What was not read to its end can't be followed by another request.
    ...(status === 413 && { connection: 'close' }),
  });
  response.end(answer.body);
  const seconds = (now() - begun) / 1000;
  metrics.request(operation ?? 'unknown', code, seconds);
  const facts = {
    operation,
    code,
    milliseconds: Math.round(seconds * 1e6) / 1000,
    key: principal?.accessKeyId,
  };
  if (fault !== undefined) logOf().error({ ...facts, err: fault }, 'fault');
  else if (code !== 'OK' || (operation !== undefined && !onlyReads(operation))) logOf().info(facts);
  else if (log.isLevelEnabled('debug')) logOf().debug(facts);
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** Throws WireError. */
async function whoCalls(
  { authenticate }: ServerParts,
  door: Door,
  { method = '', url = '/', headers }: IncomingMessage,
  body: Buffer,
): Promise<Principal> {
  if (door.loopbackOnly && !isLoopback(headers.host))
    throw new WireError(
      'AccessDeniedException',
      `This server is not called ${headers.host ?? 'nothing'}.`,
      403,
    );
  if (door.trusted) return { scope: 'admin' };
  return authenticate({ method, url, headers, body });
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
  try {
    if (parts.isEnding())
      throw new WireError('ServiceUnavailableException', 'The server is about to end.', 503);
    const principal = await whoCalls(parts, door, request, Buffer.alloc(0));
    parts.sessions.open({
      principal,
      region: headerOf(request, REGION_HEADER) ?? regionOf(request.headers.authorization),
      protocol: request.headers.upgrade ?? '',
      socket,
      head,
    });
  } catch (error) {
    const { status, body, fault } = refused(error);
    if (fault !== undefined) parts.log.error({ err: fault }, 'fault');
    socket.end(
      `HTTP/1.1 ${status} Refused\r\ncontent-type: ${CONTENT_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
}

function sendHealth({ isEnding, version }: ServerParts, response: ServerResponse): void {
  const status = isEnding() ? 'ending' : 'ok';
  send(response, isEnding() ? 503 : 200, 'application/json', `${JSON.stringify({ status, version })}\n`);
}

async function sendMetrics(
  parts: ServerParts,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await whoCalls(parts, door, request, Buffer.alloc(0));
    send(response, 200, parts.metrics.contentType, await parts.metrics.text());
  } catch (error) {
    const { status, body, fault } = refused(error);
    if (fault !== undefined) parts.log.error({ err: fault }, 'no metrics');
    send(response, status, CONTENT_TYPE, body);
  }
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
