import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { ServedEngine } from '../engine/serving/served-engine.js';
import { onlyReads } from '../api/access.js';
import { CHALLENGE_HEADER, SESSION_PATH } from '../protocol/messages.js';
import { answerApi, refused, type ApiAnswer } from './api.js';
import type { createAuthenticator, Principal } from './authenticate.js';
import type { Bodies } from './body.js';
import { headerOf } from './headers.js';
import type { Health } from './health.js';
import type { ServerLimits } from './limits.js';
import type { EventLog } from './log.js';
import type { Metrics } from './metrics.js';
import type { Nonces } from './nonces.js';
import { asksForSession, openSession, part, wasTaken, withoutUpgrade } from './opening.js';
import type { Sessions } from './sessions.js';
import { noteRefusal } from './refusals.js';
import type { Shares } from './shares.js';
import { type WayIn, whoCalls } from './who-calls.js';
import { CONTENT_TYPE, WireError } from './wire.js';

/** What all ways in have in common. */
export interface ServerParts {
  engine: ServedEngine;
  authenticate: ReturnType<typeof createAuthenticator>;
  sessions: Sessions;
  metrics: Metrics;
  health: Health;
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

export interface Door extends WayIn {
  /** What is worked on, and being sent, by whoever came in here: strangers must not take the place of those inside. */
  load: { requests: number };
  /** What of it each key has. */
  shares: Shares;
  bodies: Bodies;
}

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
  // Of a request that is given back none may be missing; their bytes are bounded.
  server.maxHeadersCount = 0;
  server.on('connection', (socket) => door.connections.add(socket));
  server.on('request', (request, response) => {
    wasTaken(request);
    handle(parts, door, request, response).catch((error: unknown) => {
      log.error({ err: error }, 'a request could not be answered');
      response.destroy();
    });
  });
  server.on('upgrade', (request, socket, head) => {
    if (!asksForSession(request)) return withoutUpgrade(server, request, socket, head);
    openSession(parts, door, request, socket, head).catch((error: unknown) => {
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
  // Node.js leaves the body out where only the head was asked for.
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead && path === '/healthz') return sendHealth(parts, request, response);
  if (isRead && path === '/metrics') return sendMetrics(parts, door, request, response);
  if (isRead && path === SESSION_PATH && !door.metricsOnly)
    return send(parts, request, response, 401, 'text/plain', 'Sessions are opened with an upgrade.\n', {
      [CHALLENGE_HEADER]: parts.nonces.challenge,
    });
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
  const remote = request.socket.remoteAddress;
  // Most requests have nothing to tell.
  let ownLog: Logger | undefined;
  const logOf = () => (ownLog ??= log.child({ request: id }));
  let principal: Principal | undefined;
  let answer: ApiAnswer;
  try {
    if (parts.isEnding())
      throw new WireError('ServiceUnavailableException', 'The server is about to end.', 503);
    const { accessKeyId, verify } = await whoCalls(parts.authenticate, door, request);
    const body = await door.bodies.read(request, limits.body, `${remote} ${accessKeyId}`);
    const caller = verify(body);
    principal = caller;
    answer = await worked(parts, door, request, caller, () =>
      answerApi(
        {
          target: headerOf(request, 'x-amz-target'),
          body,
          region: caller.region,
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
    // Of who is refused, it may be all that is known.
    ...(code !== 'OK' && { remote }),
    at,
    ...(ignored.length > 0 && { ignored }),
  };
  if (fault !== undefined) logOf().error({ ...facts, err: fault }, 'fault');
  else if (code !== 'OK' || (operation !== undefined && !onlyReads(operation))) logOf().info(facts);
  else if (log.isLevelEnabled('debug')) logOf().debug(facts);
}

/** Throws WireError where too much is worked on. */
async function worked<T>(
  { load, limits }: ServerParts,
  door: Door,
  { socket }: IncomingMessage,
  { accessKeyId }: Principal,
  work: () => Promise<T>,
): Promise<T> {
  if (door.load.requests >= limits.requests || !door.shares.take(accessKeyId))
    throw new WireError('ThrottlingException', 'Rate exceeded');
  load.requests++;
  door.load.requests++;
  door.connections.work(socket);
  try {
    return await work();
  } finally {
    load.requests--;
    door.load.requests--;
    door.connections.rest(socket);
    door.shares.giveBack(accessKeyId);
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

/** 503 says that requests are served better elsewhere, or later; that services are not kept is no reason to send none. */
async function sendHealth(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { isEnding, health, version } = parts;
  const report = isEnding() ? { status: 'ending' } : await health.look();
  const isServed = report.status === 'ok' || report.status === 'degraded';
  const text = `${JSON.stringify({ ...report, version })}\n`;
  send(parts, request, response, isServed ? 200 : 503, 'application/json', text);
}

async function sendMetrics(
  parts: ServerParts,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const begun = parts.now();
  const id = randomUUID();
  try {
    const { verify } = await whoCalls(parts.authenticate, door, request);
    verify(Buffer.alloc(0));
    send(parts, request, response, 200, parts.metrics.contentType, await parts.metrics.text());
  } catch (error) {
    const asked = { operation: 'Metrics', id, remote: request.socket.remoteAddress, begun } as const;
    const { status, body } = noteRefusal(parts, asked, error);
    send(parts, request, response, status, CONTENT_TYPE, body, { 'x-amzn-requestid': id });
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
