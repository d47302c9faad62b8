import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { jsonParts, mostParts } from '../api/json-parts.js';
import { Failure } from './failures.js';
import { NotSent, type EngineAgent } from './engine-agent.js';
import type { StreamUse } from './transport.js';

/** Characters of the engine's (or a registry's) words that stand in an error. */
const mostWords = 2000;

/** The engine answered with an error, in words of its own: one line, so that they can't be taken for a line of ours. */
export class EngineRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(
      message
        .slice(0, mostWords)
        .trim()
        .replace(/\s*[\r\n]\s*/g, ' '),
    );
    this.name = 'EngineRefusal';
  }
}

/** The connection went away before the whole answer was here; the engine may have done what was asked. */
export class AnswerLost extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : 'the connection dropped', { cause });
    this.name = 'AnswerLost';
  }
}

/** What dockerode asks its modem to do. */
interface Dial {
  path: string;
  method: string;
  /**
   * `_use`: the answer takes its time, so it must not stand in the way of other requests. `_listing`: the answer has
   * many rows. Nothing else counts.
   */
  options?: { _query?: Record<string, unknown>; _body?: unknown; _use?: StreamUse; _listing?: boolean };
  statusCodes: Record<number, boolean | string>;
  abortSignal?: AbortSignal;
  authconfig?: Record<string, unknown>;
  /** The answer's body is handed out as it comes. */
  isStream?: boolean;
  /** The connection is handed out after the answer's head: both sides then speak freely. */
  hijack?: boolean;
  /** A body that is sent as it comes, such as a tar archive. */
  file?: Readable;
  /** The answer's headers are wanted, not its body. */
  head?: boolean;
}

type Done = (error: unknown, answer?: unknown) => void;

/** Bytes. Room for thousands of containers with their labels, for one with all it may have, for an error's words. */
const mostBytes = { listing: 32 * 1024 * 1024, answer: 4 * 1024 * 1024, error: 1024 * 1024 };

/**
 * What dockerode sends its requests with. Its own one reads the environment, puts the body of a request into the URL
 * as well (where environment values end up in logs), and never answers when the connection drops within an answer.
 */
export class EngineModem {
  /** dockerode sets this. */
  Promise = Promise;
  /** `v1.41`; empty: the engine's newest. */
  version = '';

  constructor(private readonly agents: Readonly<Record<StreamUse, EngineAgent>>) {}

  /** Calls back once: with the answer, or with EngineRefusal, AnswerLost, Failure or NotSent (nothing was sent), or the signal's reason. */
  dial(dial: Dial, callback: Done): void {
    const signal = dial.abortSignal;
    let settled = false;
    const settle: Done = (error, answer) => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', giveUp);
      callback(error, answer);
    };
    const giveUp = () => {
      settle(signal?.reason);
      sent?.destroy();
    };
    if (signal?.aborted) return settle(signal.reason);
    signal?.addEventListener('abort', giveUp);
    const sent = this.#send(dial, settle);
  }

  /**
   * The newest version of the API that the engine speaks, such as `1.47`; undefined where what answers doesn't say. Its
   * `/version` says more, and costs it a dozen times as much: it asks other programs for their versions.
   */
  newestApi(signal: AbortSignal): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const dial = { path: '/_ping', method: 'GET', statusCodes: { 200: true }, abortSignal: signal };
      this.dial({ ...dial, head: true }, (error, headers) => {
        if (error) reject(error as Error);
        else resolve((headers as IncomingMessage['headers'])['api-version'] as string | undefined);
      });
    });
  }

  #send(dial: Dial, settle: Done): ClientRequest {
    const body =
      dial.options?._body === undefined ? undefined : Buffer.from(JSON.stringify(dial.options._body));
    const sent = request({
      agent: this.agents[dial.options?._use ?? (dial.isStream || dial.hijack ? 'long' : 'plain')],
      method: dial.method,
      path: this.#path(dial),
      headers: headersOf(dial, body),
    });
    sent.on('error', (error) => {
      const isUnsent = error instanceof Failure || error instanceof NotSent;
      settle(isUnsent ? error : new AnswerLost(error));
    });
    sent.on('response', (response) => receive(dial, response, settle));
    sent.on('upgrade', (_response, socket: Duplex, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      settle(null, socket);
    });
    if (dial.file) sendFile(dial.file, sent);
    else sent.end(body);
    return sent;
  }

  #path(dial: Dial): string {
    const path = dial.path.replace(/\?$/, '');
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(dial.options?._query ?? {})) {
      if (value !== undefined)
        query.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
    }
    return `${this.version && `/${this.version}`}${path}${query.size > 0 ? `?${query}` : ''}`;
  }
}

function headersOf(dial: Dial, body: Buffer | undefined): Record<string, string | number> {
  return {
    Host: 'docker',
    ...(body && { 'Content-Type': 'application/json', 'Content-Length': body.length }),
    ...(dial.file && { 'Content-Type': 'application/x-tar' }),
    ...(!body && !dial.file && dial.method === 'POST' && { 'Content-Length': 0 }),
    ...(dial.authconfig && {
      'X-Registry-Auth': paddedBase64Url(JSON.stringify(dial.authconfig)),
    }),
    ...(dial.hijack && { Connection: 'Upgrade', Upgrade: 'tcp' }),
  };
}

/** Without its padding, engines take it for no credentials at all. */
const paddedBase64Url = (text: string): string =>
  Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

/** At the engine's pace. Where either breaks off, so does the other: a body without its end is no body. */
function sendFile(file: Readable, sent: ClientRequest): void {
  file.on('error', (error) => sent.destroy(error));
  sent.on('close', () => file.destroy());
  file.pipe(sent);
}

function receive(dial: Dial, response: IncomingMessage, settle: Done): void {
  const status = response.statusCode ?? 0;
  const isGood = dial.statusCodes[status] === true;
  // Whoever reads the stream hears of errors there; here they only must not crash the process.
  response.on('error', (error) => settle(new AnswerLost(error)));
  if (isGood && (dial.isStream || dial.hijack)) return settle(null, response);
  const most = mostBytes[!isGood ? 'error' : dial.options?._listing ? 'listing' : 'answer'];
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= most) return chunks.push(chunk);
    settle(new Failure('nonsense', { detail: `more than ${most / 1024 ** 2} MiB` }));
    response.destroy();
  });
  response.on('close', () => {
    if (!response.complete) return settle(new AnswerLost(undefined));
    const bytes = Buffer.concat(chunks);
    if (jsonParts(bytes) > mostParts)
      return settle(new Failure('nonsense', { detail: 'it has more parts than an answer may have' }));
    const text = bytes.toString();
    // dockerode looks into some answers itself, where nothing catches what it trips over.
    if (isGood) settle(null, dial.head ? response.headers : (parse(text) ?? ''));
    else settle(new EngineRefusal(status, messageOf(text) || `HTTP status ${status}`));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The engine's own words: `{"message": …}`, else the text itself. */
function messageOf(text: string): string {
  const { message } = (parse(text) ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message.trim() : text.trim().slice(0, 500);
}
