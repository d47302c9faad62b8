import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { type Credentials, signature } from '../../../src/lib/api/signature.js';
import { encodeFrame, type Frame, FrameReader } from '../../../src/lib/protocol/frames.js';
import { encodeMessage, NONCE_HEADER, PROTOCOL, SESSION_PATH } from '../../../src/lib/protocol/messages.js';
import { sealsIn } from '../../fuzz/requests.js';
import { openTarget, type Target } from '../../fuzz/target.js';

/** Requests byte by byte, to servers in memory that take signed ones or any. */

let target: Target | undefined;
export const sockets: Socket[] = [];

/** After each test that has opened something. */
export async function close(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  await target?.stop();
  target = undefined;
}

export const open = async (limits: Parameters<typeof openTarget>[0] = {}) =>
  (target = await openTarget(limits));

const PREFIX = 'AmazonEC2ContainerServiceV20141113.';

/** A connection, and what has come over it. */
export function line(port: number): { socket: Socket; came: () => string; bytes: () => Buffer } {
  const socket = connect({ port, host: '127.0.0.1' });
  sockets.push(socket);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const bytes = () => Buffer.concat(chunks);
  return { socket, came: () => bytes().toString('latin1'), bytes };
}

interface Asked {
  operation?: string;
  input?: object;
  credentials?: Credentials;
  headers?: Record<string, string>;
}

export function text(
  port: number,
  { operation = 'ListClusters', input = {}, credentials, headers = {} }: Asked,
): string {
  const url = new URL(`http://127.0.0.1:${port}/`);
  const body = JSON.stringify(input);
  const own = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${PREFIX}${operation}` };
  const signed = credentials && signature({ url, headers: own, body }, credentials, 'local', Date.now());
  const all = {
    host: url.host,
    'content-length': String(Buffer.byteLength(body)),
    ...own,
    ...signed,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST / HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

export async function ask(port: number, asked: Asked): Promise<string> {
  const { socket, came } = line(port);
  socket.write(text(port, { ...asked, headers: { connection: 'close', ...asked.headers } }));
  await new Promise((resolve) => socket.once('close', resolve));
  return came();
}

export function opening(
  port: number,
  credentials: Credentials,
  nonce: string | undefined,
  path = SESSION_PATH,
): string {
  const url = new URL(`http://127.0.0.1:${port}${path}`);
  const headers: Record<string, string> = nonce === undefined ? {} : { [NONCE_HEADER]: nonce };
  const signed = signature({ method: 'GET', url, headers, body: '' }, credentials, 'local', Date.now());
  const all = { host: url.host, connection: 'Upgrade', upgrade: PROTOCOL, ...headers, ...signed };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export const NONCE = 'a-nonce-of-some-length';

export async function session(port: number, credentials: Credentials, nonce = NONCE) {
  const { socket, came, bytes } = line(port);
  const opened = opening(port, credentials, nonce);
  socket.write(opened);
  await expect.poll(came).toContain('101 Switching');
  await expect.poll(came).toContain('\r\n\r\n');
  const seals = () => sealsIn(came(), opened, credentials);
  const client = seals()?.client;
  const put = (id: number, content: Buffer) =>
    socket.write(encodeFrame({ kind: 'message', id, content }, client));
  return {
    socket,
    put,
    send: (id: number, message: unknown) => put(id, encodeMessage(message as never)),
    frames: (): Frame[] => {
      const all = bytes();
      return [...new FrameReader(1e9, seals()?.server).push(all.subarray(all.indexOf('\r\n\r\n') + 4))];
    },
  };
}

export const contents = (frames: Frame[]) => frames.map(({ content }) => content.toString());
