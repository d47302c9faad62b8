import { type Credentials, signature } from '../../src/lib/api/signature.js';
import { NONCE_HEADER, PROTOCOL, SESSION_PATH } from '../../src/lib/protocol/messages.js';
import { SEAL_HEADER, type Seals, sealsFrom } from '../../src/lib/protocol/seal.js';
import type { Target } from './target.js';

/** Requests as they should be, to be spoilt. */

export const PREFIX = 'AmazonEC2ContainerServiceV20141113.';
/** An input that would be taken, were it let in. */
export const GOOD = '{"clusterName":"intruder"}';

export interface Asked {
  operation?: string;
  target?: string;
  body?: string | Buffer;
  method?: string;
  path?: string;
  credentials?: Credentials | undefined;
  headers?: Record<string, string>;
  /** Epoch milliseconds. */
  at?: number;
  port: number;
}

export function request(asked: Asked): Buffer {
  const { operation = 'CreateCluster', method = 'POST', path = '/', body = GOOD, credentials, port } = asked;
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': asked.target ?? `${PREFIX}${operation}`,
  };
  const url = new URL(`http://127.0.0.1:${port}/`);
  const signed =
    credentials &&
    signature({ method, url, headers, body: body as string }, credentials, 'local', asked.at ?? Date.now());
  return assembled(method, path, { host: url.host, ...headers, ...signed, ...asked.headers }, body);
}

function assembled(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer,
): Buffer {
  const bytes = Buffer.from(body);
  const all = { 'content-length': String(bytes.length), connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

/** As the server's answer to an opening seals the session, from its beginning; undefined where it refuses. */
export function sealsIn(came: string, opened: string, { secretAccessKey }: Credentials): Seals | undefined {
  const header = new RegExp(`${SEAL_HEADER}: (\\S+)`).exec(came)?.[1] ?? '';
  const proof = /Signature=([0-9a-f]{64})/.exec(opened)?.[1] ?? '';
  return sealsFrom(header, secretAccessKey, proof);
}

export function opening(target: Target, credentials: Credentials, nonce: string): Buffer {
  const url = new URL(`http://127.0.0.1:${target.signed}${SESSION_PATH}`);
  const headers = { [NONCE_HEADER]: nonce };
  const signed = signature({ method: 'GET', url, headers, body: '' }, credentials, 'local', Date.now());
  const all = { host: url.host, connection: 'Upgrade', upgrade: PROTOCOL, ...headers, ...signed };
  return assembled('GET', SESSION_PATH, all, '');
}
