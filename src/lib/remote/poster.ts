import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { jsonParts, mostParts } from '../api/json-parts.js';
import { EndpointError } from './endpoint-error.js';
import { reachFailure } from './reach-failure.js';

export interface PosterOptions {
  /** http:// or https://, with the path that is posted to. */
  url: URL;
  /** Seconds */
  connectTimeout: number;
  /** Seconds between two signs of life while an answer is waited for; 0: as long as it takes. */
  readTimeout: number;
  /** Certificates in PEM that are trusted instead of the usual ones. */
  ca?: Buffer | undefined;
  /** Whether the certificate of an https:// endpoint has to be good. */
  verify: boolean;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

export interface Poster {
  /** Throws EndpointError, and the signal's reason. */
  post(headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

/** Bytes: ECS's largest answers have some hundred kilobytes. */
const LARGEST = 32 * 1024 * 1024;

/** Posts to one endpoint, over connections that are used again. */
export function openPoster(options: PosterOptions): Poster {
  const { url, ca, verify } = options;
  const secure = url.protocol === 'https:';
  const agent = secure
    ? new TlsAgent({ keepAlive: true, rejectUnauthorized: verify, ...(ca && { ca }) })
    : new Agent({ keepAlive: true });
  const send = secure ? httpsRequest : httpRequest;
  return {
    post: (headers, body, signal) =>
      new Promise<Answer>((resolve, reject) => {
        const fail = (error: Error) =>
          reject(signal.aborted ? (signal.reason as Error) : reachFailure(error, url.host));
        const length = { 'content-length': String(Buffer.byteLength(body)) };
        const sent = send(
          url,
          { method: 'POST', agent, signal, headers: { ...headers, ...length } },
          (incoming) => {
            readAll(incoming, url).then(resolve, fail);
          },
        );
        sent.on('error', fail);
        limitTime(sent, options);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function limitTime(sent: ReturnType<typeof httpRequest>, options: PosterOptions): void {
  const { url, connectTimeout, readTimeout } = options;
  const tooLong = (what: string, seconds: number, flag: string) => () =>
    sent.destroy(
      new EndpointError(
        `${url.host} ${what} within ${seconds} s`,
        `Check the endpoint, or allow it more time with ${flag}`,
      ),
    );
  const connecting = setTimeout(
    tooLong('did not answer', connectTimeout, '--connect-timeout'),
    connectTimeout * 1000,
  );
  sent.on('socket', (socket) => {
    if (!socket.connecting) return clearTimeout(connecting);
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
  });
  sent.on('close', () => clearTimeout(connecting));
  if (readTimeout > 0)
    sent.setTimeout(
      readTimeout * 1000,
      tooLong('gave no answer', readTimeout, '--cli-read-timeout (0: as long as it takes)'),
    );
}

async function readAll(incoming: IncomingMessage, url: URL): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST) throw tooLarge(url, '32 MiB');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (jsonParts(bytes) > mostParts) throw tooLarge(url, 'an answer may have');
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    text: bytes.toString(),
  };
}

const tooLarge = (url: URL, limit: string) =>
  new EndpointError(`${url.host} answers with more than ${limit}`, 'Check that it is an endpoint of ECS');
