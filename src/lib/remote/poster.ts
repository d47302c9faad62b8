import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { EndpointError } from './endpoint-error.js';

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

/** ECS's largest answers have some hundred kilobytes. */
const LARGEST = 64 * 1024 * 1024;

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
        const length = { 'content-length': String(Buffer.byteLength(body)) };
        const sent = send(
          url,
          { method: 'POST', agent, signal, headers: { ...headers, ...length } },
          (incoming) => {
            readAll(incoming, url).then(resolve, (error: Error) => reject(failure(error, url, signal)));
          },
        );
        sent.on('error', (error) => reject(failure(error, url, signal)));
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
    if (size > LARGEST)
      throw new EndpointError(
        `${url.host} answers with more than 64 MiB`,
        'Check that it is an endpoint of ECS',
      );
    chunks.push(chunk);
  }
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    text: Buffer.concat(chunks).toString(),
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses the connection',
  ENOTFOUND: 'has no address: the name was not found',
  EAI_AGAIN: 'has no address: the name could not be looked up',
  EHOSTUNREACH: 'is out of reach: there is no way to it',
  ENETUNREACH: 'is out of reach: there is no way to it',
  ETIMEDOUT: 'did not answer',
  ECONNRESET: 'closed the connection before it answered',
  EPROTO: 'does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS',
};

/** An error of Node.js in our words. */
function failure(error: NodeJS.ErrnoException, url: URL, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason as Error;
  if (error instanceof EndpointError) return error;
  const { code = '' } = error;
  const about = (what: string, remedy: string) =>
    new EndpointError(`${url.host} ${what}`, remedy, { cause: error });
  if (/^(CERT_|ERR_TLS_CERT)|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code))
    return about(`shows a certificate that is not trusted (${error.message})`, 'Give its --ca-bundle FILE');
  if (code.startsWith('HPE_')) return about('does not speak HTTP', 'Check the port and http or https');
  return about(REASONS[code] ?? `can't be reached: ${error.message}`, 'Check the endpoint and its port');
}
