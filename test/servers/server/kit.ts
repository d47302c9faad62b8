import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Engine } from '../../../src/lib/engine/engine.js';
import type { OnEvent } from '../../../src/lib/engine/events.js';
import type { ServedEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { type AccessKeyFinder, serve, type ServeOptions } from '../../../src/lib/server/serve.js';

export interface Served {
  /** `http://127.0.0.1:PORT` and `unix:///PATH`, as it tells them. */
  places: readonly string[];
  /** Of the log. */
  lines: () => Record<string, unknown>[];
  end(): Promise<void>;
}

/**
 * A server on loopback that takes unsigned requests, where the options don't say otherwise. Its log has what the engine tells
 * where that is made for who listens.
 */
export async function served(
  engine: ServedEngine | ((onEvent: OnEvent) => ServedEngine),
  options: Partial<ServeOptions> = {},
  keys: AccessKeyFinder = { find: async () => undefined, areThere: async () => false },
): Promise<Served> {
  const ending = new AbortController();
  const log: string[] = [];
  let over: Promise<void> = Promise.resolve();
  const places = await new Promise<readonly string[]>((resolve, reject) => {
    over = serve(
      {
        socket: undefined,
        listen: [{ host: '127.0.0.1', port: 0 }],
        unsigned: true,
        patience: 5,
        logLevel: 'debug',
        logTo: { write: (line: string) => void log.push(line) },
        version: '1.2.3',
        keep: false,
        onListening: resolve,
        ...options,
      },
      {
        open: async (onEvent) => ({
          engine: typeof engine === 'function' ? engine(onEvent) : engine,
          keys,
        }),
      },
      ending.signal,
    );
    over.catch(reject);
  });
  return {
    places,
    lines: () => log.map((line) => JSON.parse(line) as Record<string, unknown>),
    async end() {
      ending.abort(new Error('the test ends it'));
      await over;
    },
  };
}

/** An engine that does what the test says. */
export function engineThat(call: Engine['call']): ServedEngine & { closed: boolean } {
  const made = {
    closed: false,
    underWay: 0,
    as: () => ({ call, close: async () => undefined }) as unknown as Engine,
    keep: async () => undefined,
    close: async () => void (made.closed = true),
  };
  return made;
}

export interface Asked {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Instead of TCP. */
  socketPath?: string;
  /** Whose connections are used; else each request has one of its own. */
  agent?: Agent;
}

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const TARGET = 'AmazonEC2ContainerServiceV20141113';

export function ask(place: string, { method = 'GET', path = '/', headers, body, socketPath, agent }: Asked) {
  return new Promise<Answered>((resolve, reject) => {
    const url = new URL(path, place.startsWith('unix:') ? 'http://localhost' : place);
    const way = socketPath === undefined ? {} : { socketPath };
    const sent = request(url, { method, headers, agent: agent ?? false, ...way }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** One call of the API. */
export const call = (place: string, operation: string, body: string | Buffer = '{}', more: Asked = {}) =>
  ask(place, {
    method: 'POST',
    body,
    ...more,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${TARGET}.${operation}`,
      ...more.headers,
    },
  });

/** What a refusal says. */
export const refusalIn = ({ status, text }: Answered) => ({
  status,
  ...(JSON.parse(text) as { __type: string; message: string }),
});
