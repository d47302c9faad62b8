import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CHALLENGE_HEADER, NONCE_HEADER, REGION_HEADER, SESSION_PATH } from '../protocol/messages.js';
import type { Principal } from './authenticate.js';
import type { Door, ServerParts } from './http.js';
import { headerOf } from './headers.js';
import { noteRefusal } from './refusals.js';
import { whoCalls } from './who-calls.js';
import { CONTENT_TYPE, WireError } from './wire.js';

/** Ms in which whoever was refused has to read why. */
const PARTING = 2000;

/** Says the last word; whoever doesn't hang up then is hung up on. */
export function part(socket: Duplex, text: string): void {
  socket.resume();
  socket.end(text);
  const timer = setTimeout(() => socket.destroy(), PARTING);
  socket.once('close', () => clearTimeout(timer));
}

/** Whether it asks for a protocol of ours, of whatever version. */
export const asksForSession = ({ headers }: IncomingMessage): boolean =>
  /(^|[\s,])longshore\//.test(headers.upgrade ?? '');

/** Connections whose request was given back to the server, which has not taken it yet. */
const givenBack = new WeakSet<Duplex>();

/** The server has taken a request, as one without a wish. */
export const wasTaken = ({ socket }: IncomingMessage): void => void givenBack.delete(socket);

/**
 * What else a client could speak (`h2c`, of `curl --http2` and Java's HttpClient) is ignored, as RFC 9110 has it (7.8). The
 * request has been taken from the server by then: it is given back as it came, but for the wish. One that is still taken for a
 * wish ends its connection: it would be given back for ever.
 */
export function withoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  if (givenBack.has(socket)) return void socket.destroy();
  givenBack.add(socket);
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (name.toLowerCase() === 'upgrade') continue;
    const kept = isConnection.test(name) ? withoutWish(value) : value;
    if (kept !== '' || value === '') lines.push(`${name}: ${kept}`);
  }
  socket.removeAllListeners('timeout');
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

/** Node.js's parser takes the second for the first. */
const isConnection = /^(proxy-)?connection$/i;

const withoutWish = (connection: string): string =>
  connection
    .split(',')
    .filter((option) => option.trim().toLowerCase() !== 'upgrade')
    .join(',')
    .trim();

/** Opens a session, or says why not. */
export async function openSession(
  parts: ServerParts,
  door: Door,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => undefined);
  if (door.metricsOnly) return void socket.destroy();
  const begun = parts.now();
  const id = randomUUID();
  const remote = socket instanceof Socket ? socket.remoteAddress : undefined;
  try {
    if (parts.isEnding())
      throw new WireError('ServiceUnavailableException', 'The server is about to end.', 503);
    // A signature is for a path: one of an operation opens no session, where its key may do much more.
    if (request.method !== 'GET' || request.url !== SESSION_PATH)
      throw new WireError('UnsupportedProtocol', `Sessions are opened with GET ${SESSION_PATH}.`, 426);
    const { verify } = await whoCalls(parts.authenticate, door, request);
    const principal = verify(Buffer.alloc(0));
    const nonce = principal.accessKeyId === undefined ? undefined : nonceOf(parts, request, principal);
    parts.sessions.open({
      id,
      remote,
      principal,
      region: askedRegion(request) ?? principal.region,
      protocol: request.headers.upgrade ?? '',
      socket,
      head,
      useUp: () => nonce !== undefined && useNonce(parts, principal, nonce),
    });
    door.connections.work(request.socket);
  } catch (error) {
    const { status, body } = noteRefusal(parts, { operation: 'Session', id, remote, begun }, error);
    part(
      socket,
      `HTTP/1.1 ${status} Refused\r\n${CHALLENGE_HEADER}: ${parts.nonces.challenge}\r\ncontent-type: ${CONTENT_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nx-amzn-requestid: ${id}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
}

/** What makes the request good for one session of this server. Throws WireError. */
function nonceOf({ nonces }: ServerParts, request: IncomingMessage, { signed = [] }: Principal): string {
  const nonce = headerOf(request, NONCE_HEADER) ?? '';
  if (nonce.length < 16 || nonce.length > 128 || !signed.includes(NONCE_HEADER))
    throw new WireError('IncompleteSignatureException', `'${NONCE_HEADER}' must be a 'SignedHeader'.`);
  if (!nonces.isForUs(nonce, headerOf(request, 'x-amz-date') ?? ''))
    throw new WireError(
      'InvalidSignatureException',
      'This request was signed before this server began, or for another one: try again.',
      401,
    );
  return nonce;
}

/** What was signed can't be sent a second time, by whoever has seen it. Throws WireError. */
function useNonce({ nonces }: ServerParts, { accessKeyId = '' }: Principal, nonce: string): void {
  const verdict = nonces.use(accessKeyId, nonce);
  if (verdict === 'full') throw new WireError('ThrottlingException', 'Rate exceeded', 503);
  if (verdict === 'used')
    throw new WireError('InvalidSignatureException', 'This request was made before: sign a new one.');
}

/** What ARNs are printed with; anything that can't be a region is none. */
function askedRegion(request: IncomingMessage): string | undefined {
  const asked = headerOf(request, REGION_HEADER);
  return asked !== undefined && /^[a-zA-Z0-9-]{1,64}$/.test(asked) ? asked : undefined;
}
